// Files of others: what is read, in which order it is scored, and the words with which bad ones are refused.

#include <fmt/format.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "bench/stream/score.hpp"

namespace dwell::stream {
namespace {

class File {
 public:
  explicit File(const std::string& text) {
    static int number = 0;
    path_ = std::filesystem::temp_directory_path() / fmt::format("dwell-stream-{}-{}.csv", getpid(), ++number);
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~File() { std::filesystem::remove(path_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

/// Scores the sum of the values, and notes when it was asked.
class Sum final : public detect::SeriesDetector {
 public:
  explicit Sum(std::vector<double>& times) : times_(times) {}
  double step(double time_s, std::span<const double> values) override {
    times_.push_back(time_s);
    double sum = 0;
    for (const double value : values) sum += value;
    return sum;
  }

 private:
  std::vector<double>& times_;
};

/// Scores how often the edge was seen before, times its tick.
class Count final : public detect::EdgeDetector {
 public:
  double edge(std::uint64_t source, std::uint64_t destination, std::int64_t tick) override {
    return static_cast<double>(seen_[{source, destination}]++ * tick);
  }

 private:
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::int64_t> seen_;
};

struct Run {
  Result<Outcome> outcome;
  std::vector<double> scores, times;
};

Run series(const std::string& text, const SeriesColumns& columns = {}, const AlertBudget& budget = {}) {
  const File file(text);
  std::vector<double> scores, times;
  Result<Outcome> outcome = score_series(
      file.path(), columns, budget, [&](std::size_t) { return std::make_unique<Sum>(times); },
      [&](double score) { return scores.push_back(score), success(); });
  return {std::move(outcome), scores, times};
}

Run edges(const std::string& text, const EdgeColumns& columns = {}, const AlertBudget& budget = {}) {
  const File file(text);
  std::vector<double> scores;
  Count detector;
  Result<Outcome> outcome = score_edges(file.path(), columns, budget, detector,
                                        [&](double score) { return scores.push_back(score), success(); });
  return {std::move(outcome), scores, {}};
}

void refused(const Run& run, const std::string& place, const std::string& found, const std::string& accepted) {
  REQUIRE_FALSE(run.outcome);
  const Error& error = run.outcome.error();
  INFO(error.message());
  CHECK(error.file.find("dwell-stream-") != std::string::npos);
  CHECK(error.place == place);
  CHECK(error.found.find(found) != std::string::npos);
  CHECK(error.accepted.find(accepted) != std::string::npos);
}

using Numbers = std::vector<double>;

}  // namespace

TEST_CASE("a series is scored row by row", "[stream]") {
  const Run plain = series("timestamp,a,b,label\n10,1,2,0\n20.5,-3e1,4,1\n20.5,.5, +7 ,false\n");
  REQUIRE(plain.outcome);
  CHECK(plain.scores == Numbers{3, -26, 7.5});
  CHECK(plain.times == Numbers{10, 20.5, 20.5});
  const Outcome& outcome = plain.outcome.value();
  CHECK(outcome.rows == 3);
  CHECK(outcome.unit == "s");
  CHECK(outcome.columns == std::vector<std::pair<std::string, std::string>>{
                               {"time", "timestamp"}, {"label", "label"}, {"value", "a"}, {"value", "b"}});
  CHECK(outcome.evaluation->labelled == 1);
  CHECK(*outcome.evaluation->auc == 0);

  const Run chosen = series("a;b;when\n1;2;2025-10-01\n3;4;2025-10-02\n", {"when", "", {"b"}});
  CHECK(chosen.scores == Numbers{2, 4});
  CHECK(chosen.times == Numbers{1759276800, 1759363200});
  CHECK_FALSE(chosen.outcome.value().evaluation);

  const Run numbered = series("a\n5\n6\n");
  CHECK(numbered.times == Numbers{0, 1});
  CHECK(numbered.outcome.value().unit == "rows");
}

TEST_CASE("alerts are budgeted by the day, by count, or by the labels", "[stream]") {
  std::string days = "time,a,label\n", rows = "a,label\n";
  for (int hour = 0; hour <= 240; ++hour) {
    days += fmt::format("{},{},{}\n", hour * 3600, hour, hour >= 236 ? 1 : 0);
    rows += fmt::format("{},{}\n", hour, hour >= 236 ? 1 : 0);
  }
  CHECK(series(days).outcome.value().evaluation->budget == 10);
  CHECK(series(days, {}, {.per_day = 1. / 7, .rows = {}}).outcome.value().evaluation->budget == 1);
  CHECK(series(days, {}, {.per_day = {}, .rows = 3}).outcome.value().evaluation->budget == 3);
  const Run by_labels = series(rows);
  CHECK(by_labels.outcome.value().evaluation->budget == 5);
  CHECK(by_labels.outcome.value().evaluation->precision == 1);
  CHECK(*by_labels.outcome.value().evaluation->auc == 1);
  CHECK(*by_labels.outcome.value().evaluation->delay == 0);
}

TEST_CASE("edges are scored in order, and labelled ticks that follow each other are one span", "[stream]") {
  const Run run = edges("src,dst,tick,label\na,b,1,0\na,b,2,0\nb,a,2,0\na,b,3,1\nx,y,3,0\na,b,4,1\na,b,7,1\n");
  REQUIRE(run.outcome);
  CHECK(run.scores == Numbers{0, 2, 0, 6, 0, 12, 28});
  CHECK(run.outcome.value().evaluation->spans == 2);
  CHECK(run.outcome.value().evaluation->budget == 3);
  CHECK(*run.outcome.value().evaluation->auc == 1);
  CHECK(edges("u,v,t\n1,2,1\n01,2,1\n1,2,1\n").scores == Numbers{0, 0, 1});
  CHECK(edges("u,v,t\n99999999999999999999999,2,1\n99999999999999999999999,2,1\n").scores == Numbers{0, 1});
}

TEST_CASE("a bad series is refused with line and column", "[stream]") {
  refused(series(""), "", "nothing in it", "a header row");
  refused(series("time,a\n"), "line 1", "a header and no rows", "rows");
  refused(series("time,a\n1,\n"), "line 2, column \"a\"", "found nothing", "a finite number");
  refused(series("time,a\n1,2\n2,none\n"), "line 3, column \"a\"", "found \"none\"", "a finite number");
  refused(series("time,a\n1,nan\n"), "line 2, column \"a\"", "found \"nan\"", "a finite number");
  refused(series("time,a\n1,1e999\n"), "line 2, column \"a\"", "out of the range", "a finite number");
  refused(series("time,a\n2,1\n1,1\n"), "line 3, column \"time\"", "found \"1\", 1 s before", "in order of time");
  refused(series("time,a\n1700000000000,1\n"), "line 2, column \"time\"", "looks like milliseconds", "seconds");
  refused(series("time,a\n1,1\n2025-10-01T00:00:00,1\n"), "line 3, column \"time\"", "2025-10-01", "as in the first");
  refused(series("time,a\n2025-10-01 00:00,1\n,1\n"), "line 3, column \"time\"", "found", "seconds");
  refused(series("time,a\n2025-13-01,1\n"), "line 2, column \"time\"", "2025-13-01", "2025-10-01T12:00:00");
  refused(series("time,a,label\n1,1,maybe\n"), "line 2, column \"label\"", "found \"maybe\"", "0 or 1");
  refused(series("time,a,label\n1,1,\n"), "line 2, column \"label\"", "found", "0 or 1");
  refused(series("time,a\n1,1,1\n"), "line 2", "3 fields", "2, as in the header");
  refused(series("time,a\n1,1\n", {"", "", {"b"}}), "line 1", "no column \"b\" for --value", "time, a");
  refused(series("time,a\n1,1\n", {"", "", {"time"}}), "line 1", "the column \"time\"", "one use");
  refused(series(",time,a\n0,1,1\n"), "line 1", "column 1 without a name", "--value NAME");
  CHECK(series(",time,a\n7,1,2\n", {"", "", {"a"}}).scores == Numbers{2});
  refused(series("time,label\n1,1\n"), "line 1", "no column for value", "--value with one of");
  refused(series("a\n1\n", {}, {.per_day = 1, .rows = {}}), "line 1", "no column of times", "--time");
  const Result<Outcome> missing = score_series("no-such-file.csv", {}, {}, {}, {});
  CHECK(missing.error().file == "no-such-file.csv");
}

TEST_CASE("days without hyphens are not taken for seconds, and other numbers are", "[stream]") {
  refused(series("time,a\n20250131,1\n20250201,1\n"), "line 3, column \"time\"",
          "found \"20250201\" after \"20250131\", which look like days",
          "days such as 2025-02-01, or seconds such as 20250131.0 in the first row");
  refused(series("time,a\n20250131,1\n20250131,1\n20250130,1\n"), "line 4, column \"time\"", "look like days",
          "2025-01-30");
  for (const char* good :
       {"20250131,1\n20250191,1\n", "20250131.0,1\n20250201,1\n", "20250229,1\n20250301,1\n",
        "18991231,1\n19000101,1\n", "21010101,1\n21010102,1\n", "2025013,1\n20250131,1\n20250201,1\n",
        "20250131,1\n20250131,1\n20250132,1\n20250201,1\n", "0,1\n20250131,1\n20250201,1\n"}) {
    INFO(good);
    CHECK(series(std::string("time,a\n") + good).outcome.ok());
  }
  CHECK(series("time,a\n2025-01-31,1\n2025-02-01,1\n").times == Numbers{1738281600, 1738368000});
}

TEST_CASE("bad edges are refused with line and column", "[stream]") {
  refused(edges("src,dst,tick\n"), "line 1", "a header and no rows", "rows");
  refused(edges("src,to,when\na,b,1\n"), "line 1", "no column for tick", "--tick with one of: src, to, when");
  refused(edges("src,dst,tick\na,,1\n"), "line 2, column \"dst\"", "found nothing", "a name");
  refused(edges("src,dst,tick\na,b,0\n"), "line 2, column \"tick\"", "found \"0\"", "a whole number from 1");
  refused(edges("src,dst,tick\na,b,1.5\n"), "line 2, column \"tick\"", "found \"1.5\"", "a whole number from 1");
  refused(edges("src,dst,tick\na,b,99999999999999999999\n"), "line 2, column \"tick\"", "9999", "268435455");
  refused(edges("src,dst,tick\na,b,1700000000\n"), "line 2, column \"tick\"", "1700000000",
          "counted from the first row");
  refused(edges("1,2,3\n4,5,6\n"), "line 1", "a header of numbers: 1, 2, 3", "names of columns");
  refused(edges("src,dst,tick\na,b,5\na,b,4\n"), "line 3, column \"tick\"", "the tick 4 after 5", "in order");
}

TEST_CASE("a run that is stopped says so, and an error of the sink ends it", "[stream]") {
  std::string text = "a\n";
  for (int i = 0; i < 70'000; ++i) text += "1\n";
  const File file(text);
  std::vector<double> times;
  const auto make = [&](std::size_t) { return std::make_unique<Sum>(times); };
  const auto stopped = score_series(
      file.path(), {}, {}, make, [](double) { return success(); }, [](double, std::uint64_t) { return false; });
  CHECK_FALSE(stopped.value().finished);
  CHECK(stopped.value().rows == 65'536);
  const auto failed = score_series(file.path(), {}, {}, make, [](double) { return Error{"out", "", "full", ""}; });
  CHECK(failed.error().file == "out");
}

}  // namespace dwell::stream
