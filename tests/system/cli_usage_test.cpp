// SPDX-License-Identifier: Apache-2.0
// The command line itself: help, typing mistakes, completion.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/system/cli_program.h"

namespace trireme {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

const std::vector<Words> kVerbs = {{"import", "onnx"},
                                   {"import", "keras"},
                                   {"generate", "inputmeta"},
                                   {"generate", "postprocess-file"},
                                   {"quantize"},
                                   {"inference"},
                                   {"dump"},
                                   {"measure"},
                                   {"compile"},
                                   {"export", "ovxlib"},
                                   {"info"},
                                   {"simulate"},
                                   {"profile"},
                                   {"decode"},
                                   {"compare"},
                                   {"run"},
                                   {"chips", "list"},
                                   {"chips", "show"},
                                   {"trace"},
                                   {"asm"},
                                   {"disasm"},
                                   {"completion"}};

Finished run(const Words& words) { return run_trireme(".", words); }

TEST(Usage, HelpNamesVerbsAndExitCodes) {
  const Finished help = run({"--help"});
  EXPECT_EQ(help.status, 0);
  for (const Words& verb : kVerbs) EXPECT_THAT(help.out, HasSubstr("\n  " + verb[0] + " ")) << verb[0];
  EXPECT_THAT(help.out, HasSubstr("Exit codes: 0 "));
  EXPECT_EQ(help.err, "");
}

TEST(Usage, EveryVerbHasPurposeAndExample) {
  for (const Words& verb : kVerbs) {
    Words words = verb;
    words.emplace_back("--help");
    const Finished help = run(words);
    EXPECT_EQ(help.status, 0) << help.err;
    EXPECT_THAT(help.out, HasSubstr("Usage: ")) << join(verb, " ");
    EXPECT_THAT(help.out, HasSubstr("Example:\n")) << join(verb, " ");
  }
}

TEST(Usage, Version) { EXPECT_THAT(run({"--version"}).out, StartsWith("trireme ")); }

void expect_usage_error(const Words& words, const std::string& start, const std::string& hint) {
  const Finished finished = run(words);
  EXPECT_EQ(finished.status, 2);
  EXPECT_EQ(finished.out, "");
  EXPECT_THAT(finished.err, StartsWith(start));
  EXPECT_THAT(finished.err, HasSubstr(hint));
  EXPECT_EQ(split(finished.err, '\n').size(), 2U) << finished.err;  // one line and its end
}

TEST(Usage, MistakesAreExplainedInOneLine) {
  expect_usage_error({}, "trireme: error: ", "--help");
  expect_usage_error({"simulte"}, "trireme: error: unknown verb 'simulte'", "did you mean 'simulate'?");
  expect_usage_error({"import", "onx"}, "trireme import: error: unknown verb 'onx'", "did you mean 'onnx'?");
  expect_usage_error({"simulate", "a.tnb", "--no-dta"}, "trireme simulate: error: unknown option '--no-dta'",
                     "did you mean '--no-data'?");
  expect_usage_error({"import", "onnx"}, "trireme import onnx: error: ", "--model");
  expect_usage_error({"simulate", "a.tnb"}, "trireme simulate: error: no input", "--no-data");
  expect_usage_error({"quantize", "--model", "x", "--rebuild", "--hybrid"},
                     "trireme quantize: error: ", "--hybrid");
  expect_usage_error({"profile", "x.tnb", "--format", "xml"}, "trireme profile: error: ", "synap");
}

TEST(Usage, NoColourInFiles) { EXPECT_EQ(run({"simulte"}).err.find('\033'), std::string::npos); }

TEST(Usage, ResultsThatCannotBeWrittenAreAnError) {
  const int status = std::system(TRIREME_BIN_DIR "/trireme chips list >/dev/full 2>/dev/null");
  EXPECT_EQ(WEXITSTATUS(status), 3);
}

// The script is run in the shell that it is for.
TEST(Completion, BashCompletesVerbsAndOptions) {
  const TempFolder folder;
  write_file(folder / "complete.sh", std::string_view(run({"completion", "bash"}).out));
  const auto complete = [&](const std::string& words) {
    const std::string command = "cd " + shell_quoted(folder.path().string()) +
                                " && bash -c 'source ./complete.sh; " + "COMP_WORDS=(" + words +
                                "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _trireme; " +
                                "echo \"${COMPREPLY[@]}\"' >out";
    EXPECT_EQ(std::system(command.c_str()), 0);
    return trim(read_text(folder / "out"));
  };
  EXPECT_EQ(complete("trireme sim"), "simulate");
  EXPECT_EQ(complete("trireme export ovx"), "ovxlib");
  EXPECT_EQ(complete("trireme export ovxlib --pack"), "--pack-nbg-unify --pack-nbg-viplite");
  EXPECT_EQ(complete("trireme simulate a.tnb --no-d"), "--no-data");
}

TEST(Completion, ZshScriptLoadsTheSameFunction) {
  EXPECT_THAT(run({"completion", "zsh"}).out, HasSubstr("bashcompinit"));
}

}  // namespace
}  // namespace trireme
