// SPDX-License-Identifier: Apache-2.0
#include "cli/fit_chips.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "isa/chip_edit.h"
#include "support/csv.h"
#include "support/files.h"
#include "support/text.h"

namespace trireme {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostChipParameters = 3, kPointsAParameter = 3;

double value_of(const std::string& chip_name, const FittedField& field) {
  const Chip chip = find_chip(chip_name);
  for (const FieldOrigin& origin : explain_chip(chip.yaml, chip.name)) {
    if (origin.key != field.field) continue;
    const double value = to_double(origin.value).value_or(0);
    return std::clamp(value > 0 ? value : field.start, field.minimum, field.maximum);
  }
  throw Error("", fmt::format("chips have no field {}", field.field), "`trireme chips show` lists them");
}

std::vector<std::string> chips_of(const std::vector<Point>& points) {
  std::vector<std::string> chips;
  for (const Point& point : points) {
    if (std::find(chips.begin(), chips.end(), point.chip) == chips.end()) chips.push_back(point.chip);
  }
  return chips;
}

ChipParameter parameter_of(const FittedField& field, const std::string& owner,
                           std::vector<std::string> chips) {
  const double value = value_of(chips.front(), field);
  return {{owner + " " + field.field, value, field.minimum, field.maximum},
          field.scope,
          field.field,
          std::move(chips)};
}

// Sections of a chip file with these values; everything else is inherited.
Chip changed_chip(const std::string& name, const std::vector<ChipParameter>& parameters,
                  const Numbers& values) {
  std::map<std::string, std::string> sections;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const auto& chips = parameters[i].chips;
    if (std::find(chips.begin(), chips.end(), name) == chips.end()) continue;
    const std::vector<std::string> path = split(parameters[i].field, '.');
    sections[path.at(0)] +=
        fmt::format("  {}: {{value: {}, basis: fitted, source: fit}}\n", path.at(1), std::llround(values[i]));
  }
  std::string yaml = fmt::format("inherits: {}\nname: {}\n", name, find_chip(name).name);
  for (const auto& [section, lines] : sections) yaml += section + ":\n" + lines;
  return parse_chip(yaml, name);
}

// Points as predictions of the simulator, each different chip and network once.
class SimulatorModel {
 public:
  SimulatorModel(const std::vector<ChipParameter>& parameters, const std::vector<Point>& points,
                 const FitRequest& request, const PredictionProgress& progress)
      : parameters_(parameters), points_(points), request_(request), progress_(progress) {}

  std::vector<Numbers> operator()(const std::vector<FitQuery>& queries) const {
    std::vector<PredictionTask> tasks;
    std::vector<std::vector<Place>> places;  // of a query, one a row
    for (const FitQuery& query : queries) places.push_back(ask(query, tasks));
    const auto runs = predict(tasks, request_.workers, request_.cache, progress_);
    std::vector<Numbers> logarithms;
    for (const auto& asked : places) {
      logarithms.emplace_back();
      for (const Place& place : asked)
        logarithms.back().push_back(logarithm_of(runs[place.task][place.chip]));
    }
    return logarithms;
  }

 private:
  struct Place {
    std::size_t task, chip;
  };

  std::vector<Place> ask(const FitQuery& query, std::vector<PredictionTask>& tasks) const {
    std::map<std::string, Chip> chips;
    std::vector<Place> places;
    for (const std::size_t row : query.rows) {
      const Point& point = points_[row];
      if (chips.count(point.chip) == 0)
        chips.emplace(point.chip, changed_chip(point.chip, parameters_, query.values));
      places.push_back(place_of(point.network, chips.at(point.chip), tasks));
    }
    return places;
  }

  static Place place_of(const std::string& network, const Chip& chip, std::vector<PredictionTask>& tasks) {
    auto task = std::find_if(tasks.begin(), tasks.end(),
                             [&](const PredictionTask& known) { return known.network == network; });
    if (task == tasks.end()) task = tasks.insert(tasks.end(), {network, {}});
    auto same = std::find_if(task->chips.begin(), task->chips.end(),
                             [&](const Chip& known) { return known.yaml == chip.yaml; });
    if (same == task->chips.end()) same = task->chips.insert(task->chips.end(), chip);
    return {static_cast<std::size_t>(task - tasks.begin()),
            static_cast<std::size_t>(same - task->chips.begin())};
  }

  static double logarithm_of(const PredictedRun& run) {
    if (!run.prediction.skipped_because.empty()) throw Error("", run.prediction.skipped_because, "");
    return std::log(run.prediction.ms);
  }

  const std::vector<ChipParameter>& parameters_;
  const std::vector<Point>& points_;
  const FitRequest& request_;
  const PredictionProgress& progress_;
};

std::vector<Point> predicted(const std::vector<Point>& points, const Numbers& log_ratios) {
  std::vector<Point> result = points;
  for (std::size_t i = 0; i < points.size(); ++i)
    result[i].predicted_ms = points[i].measured_ms * std::exp(log_ratios[i]);
  return result;
}

}  // namespace

std::vector<FittedField> read_fitted_fields(const fs::path& csv) {
  std::vector<FittedField> fields;
  std::vector<CsvRow> rows = parse_csv(read_text(csv), csv.string());
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const auto& f = rows[i].fields;
    const std::string where = fmt::format("{}:{}", csv.string(), rows[i].line);
    if (f.size() != 5)
      throw Error(where, fmt::format("{} fields", f.size()), "scope,field,start,minimum,maximum");
    const auto start = to_double(f[2]), minimum = to_double(f[3]), maximum = to_double(f[4]);
    if (!start || !minimum || !maximum || !(*minimum > 0) || !(*minimum <= *start) || !(*start <= *maximum))
      throw Error(where, "start, minimum and maximum are no positive numbers in order", "");
    if (f[0] != "chip" && f[0] != "v7" && f[0] != "v8") {
      for (const std::string& name : split(f[0], '+')) find_chip(name);
    }
    fields.push_back({f[0], f[1], *start, *minimum, *maximum});
  }
  return fields;
}

namespace {

// Whether a scope is a list of chips with this one in it.
bool names(const std::string& scope, const std::string& chip) {
  const std::vector<std::string> listed = split(scope, '+');
  return std::find(listed.begin(), listed.end(), chip) != listed.end();
}

bool is_shared(const std::vector<FittedField>& fields, const std::string& field, const std::string& chip) {
  return std::any_of(fields.begin(), fields.end(),
                     [&](const FittedField& f) { return f.field == field && names(f.scope, chip); });
}

}  // namespace

std::vector<ChipParameter> parameters_of(const std::vector<FittedField>& fields,
                                         const std::vector<Point>& points) {
  std::vector<ChipParameter> parameters;
  const std::vector<std::string> chips = chips_of(points);
  std::map<std::string, std::size_t> shared;  // numbers of some chips of a generation, by chip
  for (const FittedField& field : fields) {
    std::vector<std::string> members;
    for (const std::string& chip : chips) {
      const bool named = names(field.scope, chip);
      if (named || find_chip(chip).generation == field.scope) members.push_back(chip);
      shared[chip] += named ? 1 : 0;
    }
    if (!members.empty()) parameters.push_back(parameter_of(field, field.scope, members));
  }
  for (const std::string& chip : chips) {
    const auto count = static_cast<std::size_t>(
        std::count_if(points.begin(), points.end(), [&](const Point& point) { return point.chip == chip; }));
    const std::size_t most = std::min(kMostChipParameters, count / kPointsAParameter);
    std::size_t left = most - std::min(most, shared[chip]);
    for (const FittedField& field : fields) {
      if (field.scope != "chip" || left == 0 || is_shared(fields, field.field, chip)) continue;
      parameters.push_back(parameter_of(field, chip, {chip}));
      --left;
    }
  }
  return parameters;
}

ChipFit fit_chips(const std::vector<FittedField>& fields, const std::vector<Point>& points,
                  const FitRequest& request, const PredictionProgress& progress) {
  ChipFit result;
  result.parameters = parameters_of(fields, points);
  std::vector<FitParameter> numbers;
  for (const ChipParameter& parameter : result.parameters) numbers.push_back(parameter.parameter);
  std::vector<FitRow> rows;
  for (const Point& point : points) rows.push_back({point.network, std::log(point.measured_ms)});
  const SimulatorModel model(result.parameters, points, request, progress);
  FitOptions options;
  options.iterations = request.steps;
  options.observer = [&](const FitStep& step) {
    ChipFit so_far{result.parameters, step.iterations, points, {}};
    for (std::size_t i = 0; i < numbers.size(); ++i) so_far.parameters[i].parameter.value = step.values[i];
    request.observer(so_far, step.loss);
  };
  const Fit found =
      request.descend ? fit(numbers, rows, model, options) : fit_at(numbers, rows, model, options);
  result.iterations = found.iterations;
  result.points = predicted(points, found.log_ratios);
  result.left_out = {predicted(points, leave_out(found, numbers, rows, model)),
                     "each simulated with the numbers of a fit without it",
                     {}};
  for (std::size_t i = 0; i < numbers.size(); ++i) result.parameters[i].parameter.value = found.values[i];
  return result;
}

namespace {

std::string fitted_to(const ChipParameter& parameter, const std::vector<Point>& points) {
  if (parameter.chips.size() == 1) {
    const auto count = std::count_if(points.begin(), points.end(), [&](const Point& point) {
      return point.chip == parameter.chips.front();
    });
    return counted(static_cast<std::uint64_t>(count), "network") + " on this chip";
  }
  if (names(parameter.scope, parameter.chips.front()))
    return "one value for " + join(parameter.chips, " and ");
  return fmt::format("one value for the {} measured chips of this generation", parameter.chips.size());
}

}  // namespace

void write_fit(const ChipFit& fit, const fs::path& chips_folder) {
  std::map<fs::path, std::string> files;
  for (const ChipParameter& parameter : fit.parameters) {
    for (const std::string& name : parameter.chips) {
      const fs::path file = chips_folder / (find_chip(name).name + ".yaml");
      std::string& text = files.try_emplace(file, read_text(file)).first->second;
      text = with_fitted_field(text, file.string(), parameter.field, std::llround(parameter.parameter.value),
                               "tools/fit: validate/measurements.csv, " + fitted_to(parameter, fit.points));
    }
  }
  for (const auto& [file, text] : files) write_file(file, text);
}

std::string step_text(const ChipFit& so_far, double loss) {
  std::string text = fmt::format("step {}: loss {:.4f}", so_far.iterations, loss);
  for (const ChipParameter& p : so_far.parameters)
    text += fmt::format(", {} {}", p.parameter.name, std::llround(p.parameter.value));
  return text;
}

std::string fit_text(const ChipFit& fit) {
  Table table;
  table.column("fitted", Table::Align::left);
  table.column("value");
  table.column("", Table::Align::left);
  for (const ChipParameter& p : fit.parameters) {
    const double value = p.parameter.value;
    const bool bound = value <= p.parameter.minimum * 1.001 || value >= p.parameter.maximum * 0.999;
    table.row({p.parameter.name, with_thousands(std::llround(value)), bound ? "at its bound" : ""});
  }
  return fmt::format("\n{} fitted to {} in {}\n\n", counted(fit.parameters.size(), "number"),
                     counted(fit.points.size(), "point"),
                     counted(static_cast<std::uint64_t>(fit.iterations), "step")) +
         table.str();
}

}  // namespace trireme
