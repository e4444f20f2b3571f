// Detectors over somebody's own data, and what is said of detectors: score-series, score-edges, check-detector, list.

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/cli/child.hpp"

using dwell::test::count_lines;
using dwell::test::Finished;
using dwell::test::fits_80_columns;
using dwell::test::Folder;
using dwell::test::read_text;
using dwell::test::refused;
using dwell::test::run_dwell;
using dwell::test::Surroundings;
using dwell::test::Words;
using dwell::test::write_text;

namespace {

using Json = nlohmann::json;

/// Two days, a reading a minute; twenty odd ones, labelled.
std::string series() {
  std::string text = "timestamp,a,b,label\n";
  for (int i = 0; i < 2880; ++i) {
    const bool odd = i >= 2000 && i < 2020;
    text += fmt::format("{},{},{},{}\n", 60 * i, i * 7 % 13 + (odd ? 90 : 0), i * 5 % 17, odd ? 1 : 0);
  }
  return text;
}

}  // namespace

TEST_CASE("a series is scored to stdout, to a file, and judged by its labels") {
  const Folder folder;
  write_text(folder.path("s.csv"), series());
  const Words words = {"score-series", "s.csv", "--detector", "mahalanobis"};
  const auto with = [&](Words more) {
    more.insert(more.begin(), words.begin(), words.end());
    return run_dwell(folder, more);
  };
  const Finished plain = with({});
  CHECK(plain.code == 0);
  CHECK(count_lines(plain.out) == 2880);
  CHECK(plain.err.find("Precision at budget") != std::string::npos);
  fits_80_columns(plain.err);
  CHECK(with({"--quiet"}).err.empty());

  const Finished filed = with({"-o", "scores.txt"});
  CHECK(read_text(folder.path("scores.txt")) == plain.out);
  CHECK(filed.out == plain.err);
  CHECK(folder.names() == Words{"s.csv", "scores.txt"});

  CHECK(with({"-o", "-", "-q"}).out == plain.out);

  const Json json = Json::parse(with({"--json"}).out);
  CHECK(json.at("rows") == 2880);
  CHECK(json.at("columns").at("value") == Json({"a", "b"}));
  CHECK(json.at("auc").get<double>() > .9);
  CHECK(json.at("auc_error") == 0);
  CHECK(json.at("budget") == 1);
  CHECK(json.at("precision_at_budget") == 1);
  CHECK(json.at("delay") == 0);
  CHECK(json.at("delays").size() == 1);
  const Json more = Json::parse(with({"--json", "--top", "40", "--value", "b"}).out);
  CHECK(more.at("budget") == 40);
  CHECK(more.at("columns").at("value") == Json({"b"}));
}

TEST_CASE("rows from standard input are scored like those of a file") {
  const Folder folder;
  write_text(folder.path("s.csv"), series());
  std::string edges = "source,destination,tick,label\n";
  for (int i = 0; i < 400; ++i) {
    const int to = i < 300 ? i % 20 : 7;
    edges += fmt::format("a{},b,{},{}\n", to, 1 + i / 10, i < 300 ? 0 : 1);
  }
  write_text(folder.path("e.csv"), edges);
  struct Case {
    const char *command, *file, *detector;
  };
  for (const Case& each : {Case{"score-series", "s.csv", "ewma"}, Case{"score-edges", "e.csv", "midas-r"}}) {
    INFO(each.command);
    const std::string path = folder.path(each.file);
    Surroundings fed;
    fed.in_file = path;
    const auto with = [&](const char* from, Words more, const Surroundings& surroundings) {
      more.insert(more.begin(), {each.command, from, "--detector", each.detector});
      return run_dwell(folder, more, surroundings);
    };
    const Finished piped = with("-", {}, fed);
    CHECK(piped.code == 0);
    CHECK(piped.out == with(each.file, {}, {}).out);
    CHECK(piped.err.find("over standard input: ") != std::string::npos);
    Json judged = Json::parse(with("-", {"--json"}, fed).out),
         of_file = Json::parse(with(each.file, {"--json"}, {}).out);
    CHECK(judged.at("file") == "-");
    judged.erase("file");
    of_file.erase("file");
    CHECK(judged == of_file);
    const Finished over = with("-", {"-o", path}, fed);
    CHECK(over.code == 2);
    CHECK(over.err.find("is the input itself") != std::string::npos);
    const Finished empty = with("-", {}, {});
    CHECK(empty.code == 2);
    CHECK(empty.err.find("standard input: found nothing in it") != std::string::npos);
    CHECK(run_dwell(folder, {each.command, "--help"}).out.find("standard input") != std::string::npos);
  }
  CHECK(folder.names() == Words{"e.csv", "s.csv"});
}

TEST_CASE("what cannot be scored is refused in one line, and leaves no file") {
  const Folder folder;
  write_text(folder.path("s.csv"), "time,a\n1,2\n2,x\n");
  write_text(folder.path("e.csv"), "source,destination,tick\na,b,1\n");
  write_text(folder.path("last.csv"), "source,destination,tick\na,b,1\na,b,268435455\n");
  for (const char* detector : {"midas", "midas-r", "midas-f"})
    CHECK(run_dwell(folder, {"score-edges", "last.csv", "--detector", detector}).code == 0);
  const Words series = {"score-series", "s.csv", "--detector"};
  const auto with = [&](Words more) {
    more.insert(more.begin(), series.begin(), series.end());
    return more;
  };
  refused(folder, with({"mahalanobis", "-o", "out.txt", "-q"}),
          {"s.csv: line 3, column \"a\": found \"x\"", "a finite number"});
  refused(folder, with({"mahalanobis", "--json", "-o", "-"}), {"--output", "--json"});
  refused(folder, with({"mahalanobis", "--value", "c"}), {"--value", "time, a"});
  refused(folder, with({"mahalanobis", "--top", "0"}), {"--top"});
  refused(folder, with({"mahalanobis", "--top", "3", "--budget", "1/day"}), {"either --top or --budget"});
  refused(folder, with({"mahalanobis:learn_days=0"}), {"--detector mahalanobis", "1 to 365"});
  refused(folder, with({"glr-window:window=20.5"}),
          {"--detector glr-window: found \"window=20.5\"", "a whole number from 2 to 10000"});
  refused(folder, with({"ewma:lambda=.2,block_minutes=5"}),
          {"--detector ewma: found \"block_minutes\", which a series has no use for; accepted: lambda, two_sided"});
  refused(folder, with({"mahalanobis:season_days=14"}),
          {"\"season_days\", which a series has", "accepted: learn_days"});
  refused(folder, with({"never-alert"}), {"never-alert scores no series", "mahalanobis"});
  write_text(folder.path("headless.csv"), "1,2\n2,3\n");
  refused(folder, {"score-series", "headless.csv", "--detector", "mahalanobis"},
          {"headless.csv: line 1: found a header of numbers: 1, 2", "names of columns"});
  write_text(folder.path("seconds.csv"), "source,destination,time\na,b,1700000000\n");
  refused(
      folder, {"score-edges", "seconds.csv", "--detector", "midas-r"},
      {"seconds.csv: line 2, column \"time\": found \"1700000000\"", "1 to 268435455", "counted from the first row"});
  refused(folder, with({DWELL_PLUGINS "/key_burst.so:key-burst"}),
          {"key_burst.so:key-burst scores no series", "mahalanobis"});
  refused(folder, with({"mahalanobi"}), {"--detector", "mahalanobis"});
  write_text(folder.path("hole.csv"), "value\n1\n2\n\n\n4\n");
  refused(folder, {"score-series", "hole.csv", "--detector", "ewma"},
          {"hole.csv: line 4: found nothing", "a value in each row"});
  write_text(folder.path("tail.csv"), "value\n1\n2\n4\n\n\n");
  CHECK(run_dwell(folder, {"score-series", "tail.csv", "--detector", "ewma"}).code == 0);
  refused(folder, {"score-series", "s.csv"}, {"one --detector"});
  refused(folder, {"score-series", "none.csv", "--detector", "mahalanobis"}, {"none.csv"});
  refused(folder, {"score-edges", "e.csv", "--detector", "never-alert"}, {"never-alert scores no edges"});
  refused(folder, {"score-edges", "e.csv", "--detector", "midas:columns=100.5"},
          {"--detector midas: found \"columns=100.5\"", "a whole number from 16 to 4194304"});
  // What scores the other kind sees more than telemetry.
  refused(folder, with({"midas"}), {"midas scores no series; accepted: ", "mahalanobis"});
  refused(folder, {"score-edges", "e.csv", "--detector", "mahalanobis", "--value", "a"}, {"--value"});
}

TEST_CASE("a detector is checked, and the exit code says what came of it") {
  const Folder folder;
  const Finished end = run_dwell(folder, {"check-detector", "random", "--json"});
  CHECK(end.code == 0);
  const Json json = Json::parse(end.out);
  REQUIRE(json.size() == 1);
  CHECK(json[0].at("detector") == "random");
  CHECK(json[0].at("conforms") == true);
  CHECK(run_dwell(folder, {"check-detector", "nobody", "-o", "-"}).code == 2);
  CHECK(folder.names().empty());
  for (const Json& check : json[0].at("checks")) {
    if (check.at("check") == "other seed") CHECK(check.at("note") == "scores differ");
    if (check.at("check") == "direction of scores") CHECK(check.at("verdict") == "n/a");
  }
  refused(folder, {"check-detector", "randon"}, {"random"});
  refused(folder, {"check-detector"}, {"a detector's name"});
}

TEST_CASE("detectors are listed with costs and grids") {
  const Folder folder;
  const Finished costs = run_dwell(folder, {"list", "detectors", "--costs"});
  CHECK(costs.code == 0);
  CHECK(costs.out.find("33.7 M members") != std::string::npos);
  fits_80_columns(costs.out);
  for (const Json& detector : Json::parse(run_dwell(folder, {"list", "detectors", "--costs", "--json"}).out)) {
    INFO(detector);
    CHECK(detector.at("state_bytes") <= detector.at("memory_bound_bytes"));
    CHECK((detector.at("state_bytes") > 0 || detector.at("control") == true));
  }
  const Finished grid = run_dwell(folder, {"list", "detectors", "--grid"});
  CHECK(grid.out.find("lambda") != std::string::npos);
  fits_80_columns(grid.out);
  refused(folder, {"list", "detectors", "--costs", "--grid"}, {"--costs: beside --grid", "either --costs or --grid"});
  refused(folder, {"list", "scenarios", "--grid"}, {"--grid", "list detectors"});
}

TEST_CASE("two settings of a detector stand side by side") {
  const Folder folder;
  const Finished end = run_dwell(
      folder, {"run", "tiny", "--seeds", "1", "--detector", "ewma", "--detector", "ewma:lambda=.5", "--json", "-q"});
  CHECK(end.code == 0);
  std::vector<std::string> names;
  const Json results = Json::parse(end.out);
  for (const Json& line : results.at("summary")) {
    const std::string name = line.at("detector");
    if (name.starts_with("ewma") && (names.empty() || names.back() != name)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  CHECK(names == Words{"ewma", "ewma:lambda=0.5"});
  refused(folder, {"run", "tiny", "--detector", "never-alert:*"}, {"no parameter grid", "ewma"});
}
