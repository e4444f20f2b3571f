#include "bench/cli/bench_kernel_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "bench/perf/repeated.hpp"
#include "bench/report/table.hpp"

namespace dwell::cli {
namespace {

using Json = nlohmann::ordered_json;

double stages_ns(const perf::GenerationResult& g) {
  return static_cast<double>(std::accumulate(g.stages.ns.begin(), g.stages.ns.end(), std::int64_t{0}));
}

std::string ns(const Json& value) { return fmt::format("{:.1f}", value.get<double>()); }

std::string head(const Json& j) {
  return fmt::format("{} at {}: {} accounts in {} shards, {} day{}, {} events\ndigest {}\n",
                     j["scenario"].get<std::string>(), j["scale"].get<std::string>(),
                     report::short_count(j["accounts"].get<double>()), j["shards"].get<int>(), j["days"].get<int>(),
                     j["days"] == 1 ? "" : "s", report::short_count(j["events"].get<double>()),
                     j["digest"].get<std::string>());
}

std::string generation_table(const Json& j, const report::Style& style) {
  report::Table table({{"Generation", false}, {"events/s"}, {"core-ns/event"}, {"set-up"}, {"copy, GB/s"}, {"used"}});
  for (const Json& g : j["generation"]) {
    const auto threads = g["threads"].get<std::size_t>();
    table.row({fmt::format("{} thread{}", threads, threads == 1 ? "" : "s"),
               report::short_count(g["events_per_s"].get<double>()), ns(g["core_ns_per_event"]),
               fmt::format("{:.1f} s", g["setup_s"].get<double>()),
               fmt::format("{:.1f}", g["copy_bandwidth_bytes_per_s"].get<double>() / 1e9),
               report::percent(g["bandwidth_share"].get<double>())});
  }
  return table.render(style);
}

std::string stages_table(const Json& one, const report::Style& style) {
  const bool exceed = one["stages_exceed_cpu"].get<bool>();
  report::Table table({{"Stages of generation, one thread", false}, {"core-ns/event"}});
  const Json& stages = one["stages"];
  for (std::size_t s = 0; s < stages.size(); ++s) {
    const bool rest = s + 1 == stages.size();
    table.row(
        {"  " + stages[s]["stage"].get<std::string>(), rest && exceed ? "-" : ns(stages[s]["core_ns_per_event"])});
  }
  return table.render(style) + (exceed ? "-: the stages' clocks, which run on while a thread waits, exceed its time;\n"
                                         "   the stages are shares of it\n"
                                       : "");
}

std::string catalogue_table(const Json& c, const report::Style& style) {
  report::Table table({{"With detectors, one thread", false}, {"core-ns/event"}});
  table.row({"generation alone", ns(c["generation_core_ns_per_event"])});
  for (const Json& d : c["detectors"]) {
    table.row({"  " + d["detector"].get<std::string>(), ns(d["core_ns_per_event"])});
  }
  const bool exceed = c["harness_core_ns_per_event"].get<double>() < 0;
  table.row({"choosing rows, keeping scores", exceed ? "-" : ns(c["harness_core_ns_per_event"])});
  table.row({"in all", ns(c["total_core_ns_per_event"])});
  return table.render(style) +
         (exceed ? "-: generation and the detectors' clocks, which run on while a thread waits,\n"
                   "   exceed its time\n"
                 : "With detectors rows are also stored and chosen, complaints heard, scores kept.\n");
}

std::string judgement(const Json& j) {
  const Json& c = j["catalogue"];
  const double alone = j["generation"][0]["spread"].get<double>();
  const double watched = c["spread"].get<double>();
  return fmt::format("{:.2f} times generation alone (medians of {} runs, in turn); peak memory {}\n",
                     c["times_generation"].get<double>(), c["runs"].get<int>(),
                     report::short_bytes(j["peak_rss_bytes"].get<double>())) +
         fmt::format("Runs differ by {:.0f} % alone and by {:.0f} % with detectors{}\n", 100 * alone, 100 * watched,
                     alone > perf::kQuietSpread ? ": the machine was not quiet" : "");
}

}  // namespace

bool stages_exceed_cpu(const perf::GenerationResult& g) { return stages_ns(g) > g.cpu_s * 1e9; }

Json stages_json(const perf::GenerationResult& g) {
  const auto events = static_cast<double>(std::max<std::uint64_t>(1, g.events));
  const double all_ns = g.cpu_s * 1e9;
  const double share = stages_exceed_cpu(g) ? all_ns / stages_ns(g) : 1;
  Json stages = Json::array();
  for (std::size_t s = 0; s < g.stages.ns.size(); ++s) {
    const double stage_ns = share * static_cast<double>(g.stages.ns[s]);
    stages.push_back({{"stage", commerce::kStageNames[s]}, {"core_ns_per_event", stage_ns / events}});
  }
  const double left_ns = std::max(0.0, all_ns - stages_ns(g));
  stages.push_back({{"stage", "kernel, background, recorder"}, {"core_ns_per_event", left_ns / events}});
  return stages;
}

std::string bench_kernel_page(const Json& document, const report::Style& style) {
  return head(document) + "\n" + generation_table(document, style) + "\n" +
         stages_table(document["generation"][0], style) + "\n" + catalogue_table(document["catalogue"], style) + "\n" +
         judgement(document);
}

}  // namespace dwell::cli
