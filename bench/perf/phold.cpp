#include "bench/perf/phold.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <string>
#include <vector>

#include "bench/perf/phold_rules.hpp"
#include "sim/core/check.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/math.hpp"
#include "sim/core/resources.hpp"

namespace dwell::perf {
namespace {

constexpr double kUnit_us = 1e6;
constexpr std::size_t kPrefetchDistance = 6;
constexpr std::int64_t kAgreeEvery = 16;  // windows

std::int64_t whole_us(double units) { return static_cast<std::int64_t>(units * kUnit_us + 0.5); }

/// A block of logical processes; an event's `data` is the process's number.
class Block final : public kernel::Process {
 public:
  struct State {
    Digest chain;
    std::uint32_t hops = 0;
  };
  Block(const PholdRules& rules, std::uint32_t index) : rules_(rules), name_("block " + std::to_string(index)) {
    first_ = std::uint64_t{index} << rules.block_bits();
    const std::uint64_t size = std::uint64_t{1} << rules.block_bits();
    states_.resize(static_cast<std::size_t>(std::min(size, rules.shape().processes - first_)));
  }
  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] bool every_window() const override { return false; }

  void start(kernel::Context& c) override {
    for (std::size_t i = 0; i < states_.size(); ++i) {
      const auto process = static_cast<std::uint32_t>(first_ + i);
      for (std::uint32_t k = 0; k < rules_.shape().start_events; ++k) {
        c.schedule(Time{} + rules_.first(process, k), 0, process);
      }
    }
  }

  void handle(kernel::Context& c, kernel::Events& events) override {
    const std::uint32_t self = c.self().value;
    const std::uint32_t mask = (1U << rules_.block_bits()) - 1;
    while (const kernel::Event* const event = events.next()) {
      if (const kernel::Event* const soon = events.ahead(kPrefetchDistance)) {
        __builtin_prefetch(&states_[soon->data & mask], 1);
      }
      const std::uint32_t process = event->data;
      State& state = states_[process & mask];
      state.chain.add(static_cast<std::uint64_t>(event->time.us));
      const PholdHop hop = rules_.hop(process, state.hops++);
      const Time at = event->time + hop.after;
      if (const std::uint32_t block = hop.to >> rules_.block_bits(); block == self) {
        c.schedule(at, 0, hop.to);
      } else {
        c.send({block}, at, 0, hop.to);
      }
    }
  }

  [[nodiscard]] std::uint64_t digest() const {
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < states_.size(); ++i) total = Digest::sum(total, first_ + i, states_[i].chain);
    return total;
  }

 private:
  const PholdRules& rules_;
  std::string name_;
  std::uint64_t first_;
  std::vector<State> states_;
};

}  // namespace

PholdRules::PholdRules(const PholdShape& shape)
    : shape_(shape),
      remote_below_(static_cast<std::uint64_t>(shape.remote * 0x1p32)),
      block_bits_(static_cast<unsigned>(
          std::bit_width(std::clamp(shape.processes / kFewestBlocks, std::uint64_t{1}, kLargestBlock)) - 1)),
      lookahead_(shape.engine_options().lookahead) {
  const double tail_us = (shape.mean_units - shape.lookahead_units) * kUnit_us;
  tail_ = DurationTable([tail_us](double p) { return -tail_us * det_log1p(-p); }, Duration{0},
                        Duration{static_cast<std::int64_t>(tail_us * kTailMeans) + 1});
}

kernel::EngineOptions PholdShape::engine_options() const {
  const auto lookahead = Duration{whole_us(lookahead_units)};
  const auto end = Time{whole_us(end_units)};
  DWELL_DEMAND(lookahead.us >= 1, "a lookahead of at least one microsecond");
  const double reach = (lookahead_units + (mean_units - lookahead_units) * PholdRules::kTailMeans) / lookahead_units;
  const auto horizon = static_cast<std::size_t>(std::clamp(reach + 2, 2.0, 1024.0));
  return {lookahead, end, horizon, remedy()};
}

std::string PholdShape::remedy() const {
  return "--processes " + std::to_string(processes) + " with --start-events " + std::to_string(start_events) +
         " each are too many here: fewer of them need less";
}

PholdResult run_phold(const PholdShape& shape, kernel::Engine& engine, const PholdProgress& progress) {
  using Clock = std::chrono::steady_clock;
  const auto since = [](Clock::time_point t) { return std::chrono::duration<double>(Clock::now() - t).count(); };
  const Clock::time_point begin = Clock::now();
  const std::uint64_t program_bytes = resource_use().peak_rss_bytes;
  const PholdRules rules(shape);
  for (std::uint64_t b = 0; b < rules.blocks(); ++b) {
    const auto index = static_cast<std::uint32_t>(b);
    engine.add(engine.local({index}) ? std::make_unique<Block>(rules, index) : nullptr);
  }
  PholdResult result;
  // The first window is empty, since no event comes before one lookahead: stepping through it only starts the
  // processes.
  engine.step();
  result.setup_s = since(begin);
  const Clock::time_point started = Clock::now();
  bool wanted = true;
  const auto end_us = static_cast<double>(shape.engine_options().end.us);
  while (result.finished && engine.step()) {
    if (progress) {
      const double done = std::min(1.0, static_cast<double>(engine.window().end.us) / end_us);
      wanted = progress(done, engine.events(), since(started)) && wanted;
      // Ranks must leave in the same window. To agree costs a round, so it is done now and then.
      if (engine.window().index % kAgreeEvery == 0) result.finished = engine.total(wanted ? 0 : 1) == 0;
    }
  }
  result.wall_s = since(started);
  std::uint64_t digest = 0;
  for (std::uint32_t b = 0; b < engine.processes(); ++b) {
    if (engine.local({b})) digest += static_cast<const Block&>(engine.process({b})).digest();
  }
  result.events = engine.total(engine.events());
  result.digest = engine.total(digest);
  result.peak_rss_bytes = engine.total(resource_use().peak_rss_bytes);
  const auto more_bytes = static_cast<double>(result.peak_rss_bytes - engine.total(program_bytes));
  const auto states_bytes = static_cast<double>(shape.processes * sizeof(Block::State));
  result.bytes_per_pending_event =
      std::max(0.0, more_bytes - states_bytes) / (static_cast<double>(shape.processes) * shape.start_events);
  return result;
}

}  // namespace dwell::perf
