// Planted violations: each check must report what it is there for, with the right line, and stay silent otherwise.
#include <catch2/catch.hpp>

#include "tests/architecture/checks.hpp"

using namespace dwell::architecture;

namespace {

/// The lines that `check` reports in a file at `path` with `text`.
template <class Check>
std::vector<std::size_t> lines(Check check, const std::string& path, const std::string& text) {
  std::vector<std::size_t> out;
  for (const Finding& finding : check(SourceFile{path, text})) {
    CHECK(finding.path == path);
    CHECK_FALSE(finding.message.empty());
    out.push_back(finding.line);
  }
  return out;
}

using Lines = std::vector<std::size_t>;
const Lines kNone;

bool may_include(const std::string& from, const std::string& target) {
  return lines(check_floors, from + "/a.cpp", "#include \"" + std::string(target).append("/b.hpp\"\n")).empty();
}

}  // namespace

TEST_CASE("planted: edges that go up or sideways are reported at their line") {
  CHECK(lines(check_floors, "detectors/rules/a.cpp", "#include <vector>\n\n#include \"sim/truth/labels.hpp\"\n") ==
        Lines{3});
  CHECK(lines(check_floors, "sim/core/a.hpp", "#  include  \"sim/kernel/event.hpp\"  // why\n") == Lines{1});
  CHECK(lines(check_floors, "detectors/catalogue.cpp", "#include \"sim/world/scenario.hpp\"\n") == Lines{1});
  CHECK(lines(check_floors, "sim/core/a.hpp",
              "// #include \"sim/kernel/event.hpp\"\n/*\n#include \"sim/world/x.hpp\"\n*/\n") == kNone);
  CHECK(lines(check_floors, "sim/core/a.hpp", "#include <boost/math/a.hpp>\n") == kNone);
  CHECK(lines(check_floors, "sim/unheard_of/a.hpp", "") == Lines{0});
  CHECK(lines(check_floors, "bench/a.cpp", "") == Lines{0});
  CHECK(lines(check_floors, "tests/unit/a.cpp", "#include \"sim/truth/labels.hpp\"\n") == kNone);
  const Findings found = check_floors({"sim/campaign/a.cpp", "#include \"sim/commerce/x.hpp\"\n"});
  CHECK(
      to_text(found) ==
      "sim/campaign/a.cpp:1: sim/campaign may not include sim/commerce/x.hpp; it may include sim/protocol, sim/kernel, "
      "sim/core\n");
}

TEST_CASE("planted: the whole matrix of floors of the simulator and of the bench") {
  const std::vector<std::string> all = {
      "sim/core",      "sim/kernel",     "sim/protocol", "sim/telemetry", "sim/truth",      "sim/commerce",
      "sim/workforce", "sim/background", "sim/campaign", "sim/world",     "detectors/api",  "detectors/rules",
      "bench/oracle",  "bench/score",    "bench/stats",  "bench/cost",    "bench/validate", "bench/perf",
      "bench/run",     "bench/report",   "bench/cli"};
  // One row per floor, one column per target in the order above: x where an edge is allowed.
  const std::vector<std::pair<std::string, std::string>> matrix = {
      {"sim/core", "x...................."},      {"sim/kernel", "xx..................."},
      {"sim/protocol", "x.x.................."},  {"sim/telemetry", "x..x................."},
      {"sim/truth", "x...x................"},     {"sim/commerce", "xxxx.x..............."},
      {"sim/workforce", "xxxx..x.............."}, {"sim/background", "xxxx...x............."},
      {"sim/campaign", "xxx.....x............"},  {"sim/world", "xxxxxxxxxx..........."},
      {"detectors/api", "x..x......xx........."}, {"bench/oracle", "x..xx.....x.x........"},
      {"bench/score", "x..xx.....x..x......."},   {"bench/stats", "x.............x......"},
      {"bench/cost", "x..xx........xxx....."},    {"bench/validate", "x..xx....xxx....x...."},
      {"bench/perf", "xx.xx....xxx.....x..."},    {"bench/run", "x..xx....xxxxxx...x.."},
      {"bench/report", "xxxxxxxxxxxxxxxxx.xx."},  {"bench/cli", "xxxxxxxxxxxxxxxxxxxxx"}};
  for (const auto& [from, row] : matrix) {
    REQUIRE(row.size() == all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      CAPTURE(from, all[i]);
      CHECK(may_include(from, all[i]) == (row[i] == 'x'));
    }
  }
}

TEST_CASE("planted: includes by relative path, in the wrong brackets, or of nothing") {
  const std::vector<std::string> tree = {"sim/core/time.hpp"};
  const auto check = [&](const SourceFile& file) { return check_include_paths(file, tree); };
  CHECK(lines(check, "sim/core/a.cpp", "#include \"sim/core/time.hpp\"\n#include <vector>\n") == kNone);
  CHECK(lines(check, "sim/core/a.cpp", "\n#include \"time.hpp\"\n") == Lines{2});
  CHECK(lines(check, "sim/core/a.cpp", "#include \"../core/time.hpp\"\n") == Lines{1});
  CHECK(lines(check, "sim/core/a.cpp", "#include <sim/core/time.hpp>\n") == Lines{1});
  CHECK(lines(check, "sim/core/a.cpp", "#include \"sim/core/space.hpp\"\n") == Lines{1});
}

TEST_CASE("planted: heavy headers and missing pragmas") {
  CHECK(lines(check_heavy_headers, "sim/world/a.hpp", "#pragma once\n#include <nlohmann/json.hpp>\n") == Lines{2});
  CHECK(lines(check_heavy_headers, "sim/world/a.hpp", "#include <boost/math/distributions/beta.hpp>\n") == Lines{1});
  CHECK(lines(check_heavy_headers, "sim/world/a.hpp", "#include <nlohmann/json_fwd.hpp>\n") == kNone);
  CHECK(lines(check_heavy_headers, "sim/world/a.cpp", "#include <nlohmann/json.hpp>\n") == kNone);
  CHECK(lines(check_pragma, "sim/core/a.hpp", "// words\n#pragma once\n") == Lines{1});
  CHECK(lines(check_pragma, "sim/core/a.hpp", "#pragma once\n") == kNone);
  CHECK(lines(check_pragma, "sim/core/a.cpp", "int a;\n") == kNone);
}

TEST_CASE("planted: banned calls are seen in code and only there") {
  const std::vector<std::string> random = {"int a = std::rand();",
                                           "  srand(1);",
                                           "x = rand ();",
                                           "std::random_device d;",
                                           "std::normal_distribution<double> n;",
                                           "std::mt19937_64 g;",
                                           "std::shuffle(a, b, g);"};
  for (const std::string& line : random) {
    CAPTURE(line);
    for (const char* path : {"sim/commerce/a.cpp", "detectors/rules/a.hpp", "bench/cli/a.cpp"}) {
      CHECK(lines(check_bans, path, "\n" + std::string(line).append("\n")) == Lines{2});
    }
    CHECK(lines(check_bans, "tests/unit/a.cpp", line) == kNone);
  }
  const std::vector<std::string> libm = {"y = std::log(x);", "y=pow(x, 2);",      "return exp (x);",
                                         "y = ::lgamma(x);", "y = std::sinf(x);", "y = __builtin_exp(x);",
                                         "cos(x);"};
  for (const std::string& line : libm) {
    CAPTURE(line);
    CHECK(lines(check_bans, "sim/core/a.cpp", line) == Lines{1});
    CHECK(lines(check_bans, "sim/campaign/a.cpp", line) == Lines{1});
    CHECK(lines(check_bans, "bench/stats/a.cpp", line) == kNone);
  }
  const std::vector<std::string> fine = {"y = det_log(x);",
                                         "y = std::sqrt(x) + std::floor(x);",
                                         "entry.log(x);",
                                         "book->log(x);",
                                         "// std::rand()",
                                         "/* std::cout */",
                                         "f(\"std::rand() printf(\");",
                                         "double think_time_sigma = 1;",
                                         "double events_per_us = 1;",
                                         "int operand(int);",
                                         "std::snprintf(a, b, c);",
                                         "const char c = '\"'; int n = 1'000; // std::cout",
                                         "f(R\"(a\" std::cout)\");",
                                         "boost::math::beta_distribution<> b;",
                                         "std::int64_t time_us = 0;"};
  for (const std::string& line : fine) {
    CAPTURE(line);
    CHECK(lines(check_bans, "sim/core/a.cpp", line) == kNone);
  }
}

TEST_CASE("planted: floating-point time and printing") {
  for (const std::string line : {"double start_time = 0;", "float delay_us;", "f(double& time)", "double time_s;"}) {
    CAPTURE(line);
    CHECK(lines(check_bans, "sim/kernel/a.hpp", line) == Lines{1});
    CHECK(lines(check_bans, "bench/perf/a.cpp", line) == kNone);
  }
  for (const std::string line : {"std::cout << 1;", "std::cerr << 1;", "printf(\"a\");", "std::fprintf(stderr, x);",
                                 "fmt::print(\"a\");", "puts(x);"}) {
    CAPTURE(line);
    CHECK(lines(check_bans, "sim/world/a.cpp", line) == Lines{1});
    CHECK(lines(check_bans, "bench/report/a.cpp", line) == Lines{1});
    CHECK(lines(check_bans, "bench/cli/a.cpp", line) == kNone);
    CHECK(lines(check_bans, "bench/perf/a.cpp", line) == kNone);
  }
  CHECK(lines(check_bans, "sim/core/a.cpp", "int n = 0xF'F;\nauto s = \"\\\"\";\nstd::cout << s;\n") == Lines{3});
}

TEST_CASE("planted: long files, remarks and missing READMEs") {
  std::string text;
  for (std::size_t i = 0; i < kMostLines; ++i) text += "x\n";
  CHECK(lines(check_length, "sim/core/a.cpp", text) == kNone);
  CHECK(lines(check_length, "sim/core/a.cpp", text + "x\n") == Lines{kMostLines + 1});
  CHECK(lines(check_length, "dwell", text + "x\n") == Lines{kMostLines + 1});
  CHECK(lines(check_length, "scenarios/a.json", text + "x\n") == kNone);
  CHECK(lines(check_length, "README.md", text + "x\n") == kNone);

  for (const std::string line :
       {"// TODO: more", "a fixme b", "Placeholder", "it works for now", "see /home/x", "a stub"}) {
    CAPTURE(line);
    CHECK(lines(check_words, "sim/core/README.md", "fine\n" + std::string(line).append("\n")) == Lines{2});
  }
  CHECK(lines(check_words, "sim/core/a.cpp", "placebo, stubborn, hackney, methods\n") == kNone);

  const std::vector<std::string> tree = {"README.md",           "bench/README.md",          "detectors/README.md",
                                         "detectors/api/a.hpp", "results/README.md",        "scenarios/README.md",
                                         "sim/README.md",       "sim/core/README.md",       "sim/core/a.cpp",
                                         "tests/README.md",     "tests/unit/sim/core/a.cpp"};
  CHECK(to_text(check_readmes(tree)) == "detectors/api/README.md: is missing\n");
  CHECK(check_readmes({}).size() == kReadmeFolders.size());
}
