// SPDX-License-Identifier: Apache-2.0
// dataset.txt: "./0.jpg 0", "a.npy b.npy", "img.jpg, 813" (formats.md §2).
#include <fmt/format.h>

#include "model/preprocess/input_meta.h"
#include "support/files.h"
#include "support/text.h"
#include "tensor/image.h"

namespace trireme {

namespace {

std::filesystem::path found_file(const std::filesystem::path& folder, const std::string& name) {
  const std::filesystem::path beside = folder / name;
  std::error_code ignored;
  if (std::filesystem::exists(beside, ignored)) return beside;
  return std::filesystem::exists(name, ignored) ? std::filesystem::path(name) : std::filesystem::path();
}

// A name like "dog.jpeg" stands for a picture that is missing, whatever the place.
bool named_like_a_file(const std::string& word) {
  const std::string extension = to_lower(std::filesystem::path(word).extension().string());
  const bool tensor =
      extension == ".npy" || extension == ".tensor" || extension == ".txt" || extension == ".dat";
  return tensor || is_image_name(word) || word.find('/') != std::string::npos;
}

// Words are files; the last one is a label if no file has that name and it does not look like one.
Sample read_line(const std::string& line, const std::filesystem::path& folder, std::size_t inputs,
                 const std::string& where, Problems& problems) {
  std::vector<std::string> words = split_words(line);
  for (std::string& word : words) {
    if (word.size() > 1 && word.back() == ',') word.pop_back();
  }
  Sample sample;
  if (words.size() > 1 && !named_like_a_file(words.back()) && found_file(folder, words.back()).empty()) {
    sample.label = words.back();
    words.pop_back();
  }
  for (const std::string& word : words) {
    const std::filesystem::path file = found_file(folder, word);
    if (file.empty())
      problems.add(where, fmt::format("'{}' does not exist", word),
                   fmt::format("looked in {} and the working folder; paths hold no blanks",
                               folder.empty() ? "." : folder.string()));
    sample.files.push_back(file);
  }
  if (sample.files.size() > inputs) {
    problems.add(where,
                 fmt::format("{} files for {} input{}", sample.files.size(), inputs, inputs == 1 ? "" : "s"),
                 "one sample a line: a file for each input, then the label");
  }
  return sample;
}

}  // namespace

std::vector<Sample> read_dataset(const std::filesystem::path& path, std::size_t inputs) {
  Problems problems;
  std::vector<Sample> samples;
  int number = 0;
  for (const std::string& line : split(read_text(path), '\n')) {
    ++number;
    const std::string content = trim(line);
    if (content.empty()) continue;
    samples.push_back(read_line(content, path.parent_path(), inputs,
                                fmt::format("{}:{}", path.string(), number), problems));
  }
  if (samples.empty()) problems.add(path.string(), "lists no sample", "write one file a line");
  problems.throw_if_any();
  return samples;
}

}  // namespace trireme
