// What an edge costs in MIDAS, MIDAS-R and MIDAS-F, by Google Benchmark: a stream of the shape of the DARPA one, 97
// edges a tick among 25,000 nodes, few of which have most edges. A planted burst must have the greatest score before
// time counts.
//   dwell_midas_edges --benchmark_repetitions=10

#include <benchmark/benchmark.h>

#include <algorithm>
#include <vector>

#include "detectors/catalogue.hpp"
#include "sim/core/random.hpp"

namespace {

using namespace dwell;

struct Edge {
  std::uint32_t source, destination;
  std::int64_t tick;
  bool planted;
};

const std::vector<Edge>& edges() {
  static const std::vector<Edge> made = [] {
    constexpr std::size_t kEdges = 1'000'000;
    constexpr std::uint32_t kNodes = 25'000;
    RandomStream random(Seed{1}, 0, purpose("perf.midas"));
    std::vector<Edge> stream;
    for (std::size_t i = 0; i < kEdges; ++i) {
      const auto tick = static_cast<std::int64_t>(1 + i / 97);
      const auto node = [&] { return random.below(1 + random.below(1 + random.below(kNodes))); };
      const bool planted = i > kEdges - 500;
      stream.push_back(planted ? Edge{17, 19, tick, true} : Edge{node(), node(), tick, false});
    }
    return stream;
  }();
  return made;
}

void score_edges(benchmark::State& state, const char* name) {
  const detect::CatalogueEntry& entry = *detect::find_detector(name).value();
  for (auto _ : state) {
    const auto detector = entry.make_edges(entry.describe());
    double planted = 0;
    double otherwise = 0;
    for (const Edge& edge : edges()) {
      double& most = edge.planted ? planted : otherwise;
      most = std::max(most, detector->edge(edge.source, edge.destination, edge.tick));
    }
    if (!(planted > otherwise)) return state.SkipWithError("the planted burst does not stand out");
  }
  const auto done = static_cast<double>(edges().size()) * static_cast<double>(state.iterations());
  state.counters["edges"] = benchmark::Counter(done, benchmark::Counter::kIsRate);
  state.counters["s_per_edge"] = benchmark::Counter(done, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

BENCHMARK_CAPTURE(score_edges, midas, "midas")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(score_edges, midas_r, "midas-r")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(score_edges, midas_f, "midas-f")->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
