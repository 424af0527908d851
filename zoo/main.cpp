// SPDX-License-Identifier: Apache-2.0
// trireme_zoo: writes networks as ONNX files and checks them against what is published about them.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "support/error.h"
#include "support/files.h"
#include "support/text.h"
#include "zoo/zoo.h"

namespace trireme::zoo {
namespace {

constexpr int kOk = 0, kChecksFailed = 1, kUsage = 2, kBadInput = 3;  // as trireme's exit codes

struct Options {
  std::vector<std::string> networks;
  std::string folder;
  bool all = false, full = false, list = false, check = false;
};

void list_networks() {
  for (const Published& row : read_published(data_folder() / "networks.csv")) {
    fmt::print("{:28} {:>12} {:>8.2f} M {:>9.4g} GMAC  {}\n", row.name,
               fmt::format("{}", fmt::join(row.input, "x")), row.million_parameters, row.gmac, row.note);
  }
}

std::filesystem::path write(const Options& options, const std::string& name) {
  const std::filesystem::path path = std::filesystem::path(options.folder) / (name + ".onnx");
  std::string bytes;
  if (!build(name, options.full).SerializeToString(&bytes)) internal_error(name + " is too large for a file");
  std::filesystem::create_directories(options.folder);
  write_file(path, std::string_view(bytes));
  fmt::print("wrote {} ({} bytes)\n", path.string(), bytes.size());
  return path;
}

// True if all that is published is met, or known why not.
bool check(const std::string& name, const std::filesystem::path& path) {
  const std::vector<Published> rows = read_published(data_folder() / "networks.csv");
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const Published& p) { return p.name == name; });
  if (row == rows.end()) throw Error("networks.csv", "has no row " + name, "add one");
  const Counts counts = count(path);
  const double parameters = static_cast<double>(counts.parameters) / 1e6;
  const double gmac = static_cast<double>(counts.macs) / 1e9;
  fmt::print("{:28} {:9.3f} M of {:<7} {:+6.2f} %  {:9.4f} GMAC of {:<7} {:+6.2f} %\n", name, parameters,
             row->million_parameters, 100 * (parameters / row->million_parameters - 1), gmac, row->gmac,
             100 * (gmac / row->gmac - 1));
  bool good = true;
  for (const std::string& quantity : differences(*row, counts)) {
    std::string reason;
    for (const Deviation& d : read_deviations(data_folder() / "deviations.csv")) {
      if (d.name == name && d.quantity == quantity) reason = d.reason;
    }
    fmt::print("  {}: {}\n", quantity, reason.empty() ? "differs from what is published" : reason);
    good = good && !reason.empty();
  }
  return good;
}

int run(const Options& options) {
  if (options.list) list_networks();
  const std::vector<std::string> wanted = options.all ? names() : options.networks;
  bool good = true;
  for (const std::string& name : wanted) {
    const std::filesystem::path path = write(options, name);
    if (options.check) good = check(name, path) && good;
  }
  return good ? kOk : kChecksFailed;
}

int main_of(int argc, char** argv) {
  CLI::App app("Builds published networks as ONNX files: exact topology, seeded weights.", "tools/zoo");
  Options options;
  app.add_option("NAME", options.networks, "networks to build; --list names them");
  app.add_flag("--all", options.all, "all networks");
  app.add_option("-o,--output", options.folder, "folder for the files; default build/zoo of the source tree")
      ->type_name("DIR");
  app.add_flag("--full", options.full, "store the weights in the file, for other runtimes");
  app.add_flag("--list", options.list, "print the networks and what is published about them");
  app.add_flag("--check", options.check, "count parameters and MACs in the files and compare them with that");
  try {
    app.parse(argc, argv);
    if (options.networks.empty() && !options.all && !options.list)
      throw CLI::ValidationError("nothing to build", "name networks, or --all, or --list");
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  try {
    if (options.folder.empty()) options.folder = (data_folder().parent_path() / "build" / "zoo").string();
    return run(options);
  } catch (const Error& error) {
    for (const Problem& problem : error.problems()) fmt::print(stderr, "error: {}\n", to_string(problem));
    return kBadInput;
  }
}

}  // namespace
}  // namespace trireme::zoo

int main(int argc, char** argv) { return trireme::zoo::main_of(argc, argv); }
