// The page of `bench-kernel`: what it says of a machine that was not quiet.

#include "bench/cli/bench_kernel_page.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "bench/perf/repeated.hpp"

using namespace dwell::cli;
using dwell::perf::GenerationResult;
using Json = nlohmann::ordered_json;

namespace {

GenerationResult generation(double cpu_s) {
  GenerationResult g;
  g.events = 10;
  g.cpu_s = cpu_s;
  g.stages.ns = {400, 300, 200, 100};
  return g;
}

double sum_of(const Json& stages) {
  double sum = 0;
  for (const Json& stage : stages) sum += stage.at("core_ns_per_event").get<double>();
  return sum;
}

std::string page(const GenerationResult& g, double spread, double harness_ns) {
  const Json one = {{"threads", 1},
                    {"setup_s", 1},
                    {"events_per_s", 1e7},
                    {"core_ns_per_event", 100},
                    {"stages", stages_json(g)},
                    {"stages_exceed_cpu", stages_exceed_cpu(g)},
                    {"copy_bandwidth_bytes_per_s", 1e10},
                    {"bandwidth_share", 0.1},
                    {"runs", 3},
                    {"spread", spread}};
  const Json catalogue = {{"generation_core_ns_per_event", 100},
                          {"detectors", {{{"detector", "midas-r"}, {"core_ns_per_event", 50}}}},
                          {"harness_core_ns_per_event", harness_ns},
                          {"total_core_ns_per_event", 150 + harness_ns},
                          {"times_generation", 1.5 + harness_ns / 100},
                          {"runs", 3},
                          {"spread", 0.02}};
  std::string text = bench_kernel_page({{"scenario", "tiny"},
                                        {"scale", "1/60"},
                                        {"accounts", 1000},
                                        {"shards", 8},
                                        {"days", 1},
                                        {"events", 10},
                                        {"digest", "0123456789abcdef"},
                                        {"generation", Json::array({one})},
                                        {"catalogue", catalogue},
                                        {"peak_rss_bytes", 512'000'000}},
                                       {});
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 80);
  return text;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("stages share the processor's time, and say when their clocks exceed it", "[cli]") {
  const GenerationResult quiet = generation(1.2e-6), busy = generation(0.5e-6);
  CHECK_FALSE(stages_exceed_cpu(quiet));
  CHECK(stages_json(quiet).back().at("core_ns_per_event").get<double>() == Approx(20));
  CHECK(sum_of(stages_json(quiet)) == Approx(120));
  CHECK(stages_exceed_cpu(busy));
  CHECK(stages_json(busy)[0].at("core_ns_per_event").get<double>() == Approx(20));
  CHECK(sum_of(stages_json(busy)) == Approx(50));
  CHECK_FALSE(has(page(quiet, 0.02, 10), "exceed"));
  const std::string told = page(busy, 0.02, 10);
  INFO(told);
  CHECK(has(told, "exceed its time"));
  const std::size_t rest = told.find("kernel, background, recorder");
  REQUIRE(rest != std::string::npos);
  const std::string line = told.substr(rest, told.find('\n', rest) - rest);
  CHECK(line.ends_with(" -"));
}

TEST_CASE("a machine that was not quiet is named", "[cli]") {
  CHECK(has(page(generation(1), 0.02, 10), "Runs differ by 2 % alone and by 2 % with detectors\n"));
  CHECK(has(page(generation(1), 0.3, 10), "Runs differ by 30 % alone and by 2 % with detectors: the machine was not"));
  CHECK(has(page(generation(1), 0.02, 10), "\n1.60 times generation alone (medians of 3 runs, in turn)"));
  CHECK(has(page(generation(1), 0.02, 10), "rows are also stored and chosen"));
  CHECK_FALSE(has(page(generation(1), 0.02, -10), "-10"));
}

TEST_CASE("median and spread of runs", "[cli]") {
  const std::array<double, 3> runs = {110, 90, 100};
  CHECK(dwell::perf::median_place(runs) == 2);
  CHECK(dwell::perf::spread(runs) == Approx(0.2));
  const std::array<double, 2> pair = {3, 1};
  CHECK(dwell::perf::median_place(pair) == 1);
  const std::array<double, 1> single = {7};
  CHECK(dwell::perf::spread(single) == 0);
}
