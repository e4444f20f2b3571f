// A second model on the public headers alone: customers arrive at an M/M/c queue by message, and the share that waits
// and the mean wait are held against Erlang's C formula (Kleinrock, Queueing Systems I, 1975, section 3.5).

#include <catch2/catch.hpp>
#include <cmath>
#include <deque>
#include <vector>

#include "sim/core/math.hpp"
#include "sim/core/random.hpp"
#include "sim/kernel/engine.hpp"

namespace dwell::kernel {
namespace {

constexpr Seed kSeed{2025};
constexpr double kUnit_us = 1e6;

Duration exponential(RandomStream& random, double rate) {
  return Duration{static_cast<std::int64_t>(-det_log(random.open_uniform()) / rate * kUnit_us)};
}

/// Sends customers, one lookahead ahead of their arrival, to the queue.
class Source final : public Process {
 public:
  Source(ProcessId queue, double rate) : queue_(queue), rate_(rate) {}
  [[nodiscard]] std::string_view name() const override { return "source"; }
  void start(Context& c) override { c.schedule(c.now() + exponential(random_, rate_), 0, 0); }
  void handle(Context& c, Events& events) override {
    while (const Event* const event = events.next()) {
      c.send(queue_, event->time + c.lookahead(), 0, 0);
      c.schedule(event->time + exponential(random_, rate_), 0, 0);
    }
  }

 private:
  ProcessId queue_;
  double rate_;
  RandomStream random_{kSeed, 1, purpose("test.arrivals")};
};

class MultiServer final : public Process {
 public:
  MultiServer(unsigned servers, double rate) : servers_(servers), rate_(rate) {}
  [[nodiscard]] std::string_view name() const override { return "queue"; }
  [[nodiscard]] bool every_window() const override { return false; }
  void handle(Context& c, Events& events) override {
    while (const Event* const event = events.next()) {
      if (event->source() == c.self()) {
        --busy_;
      } else {
        line_.push_back(event->time);
      }
      for (; busy_ < servers_ && !line_.empty(); line_.pop_front()) {
        ++busy_;
        waits_.push_back(event->time - line_.front());
        c.schedule(event->time + exponential(random_, rate_), 1, 0);
      }
    }
  }
  [[nodiscard]] const std::vector<Duration>& waits() const { return waits_; }

 private:
  unsigned servers_;
  double rate_;
  unsigned busy_ = 0;
  std::deque<Time> line_;
  std::vector<Duration> waits_;
  RandomStream random_{kSeed, 2, purpose("test.services")};
};

/// Probability that an arrival waits, with `load` Erlangs offered to `servers`.
double erlang_c(unsigned servers, double load) {
  double blocked = 1;  // Erlang B by its recursion
  for (unsigned n = 1; n <= servers; ++n) blocked = load * blocked / (n + load * blocked);
  const double utilisation = load / servers;
  return blocked / (1 - utilisation * (1 - blocked));
}

/// Mean over batches and its standard error, so that the correlation of neighbours does not count as evidence.
struct Estimate {
  double mean = 0;
  double error = 0;
};
template <class Value>
Estimate batch_means(const std::vector<Duration>& waits, std::size_t skipped, Value value) {
  constexpr std::size_t kBatches = 100;
  const std::size_t size = (waits.size() - skipped) / kBatches;
  std::vector<double> means;
  for (std::size_t b = 0; b < kBatches; ++b) {
    double sum = 0;
    for (std::size_t i = 0; i < size; ++i) sum += value(waits[skipped + b * size + i]);
    means.push_back(sum / static_cast<double>(size));
  }
  Estimate estimate;
  for (const double mean : means) estimate.mean += mean / kBatches;
  double squares = 0;
  for (const double mean : means) squares += (mean - estimate.mean) * (mean - estimate.mean);
  estimate.error = std::sqrt(squares / (kBatches - 1) / kBatches);
  return estimate;
}

TEST_CASE("an M/M/c queue waits as Erlang's C formula says") {
  const unsigned servers = GENERATE(1U, 3U, 10U);
  const double load = 0.7 * servers;
  const auto executor = make_inline_executor();
  const auto engine =
      make_windowed_engine({Duration::seconds(5), Time{} + Duration::seconds(800'000 / servers), 16}, *executor);
  const ProcessId queue = engine->add(std::make_unique<MultiServer>(servers, 1.0));
  engine->add(std::make_unique<Source>(queue, load));
  while (engine->step()) continue;

  const std::vector<Duration>& waits = static_cast<MultiServer&>(engine->process(queue)).waits();
  const double expected = erlang_c(servers, load);
  const double expected_wait = expected / (servers - load);
  const Estimate waiting = batch_means(waits, 1000, [](Duration wait) { return wait.us > 0 ? 1.0 : 0.0; });
  const Estimate wait = batch_means(waits, 1000, [](Duration d) { return static_cast<double>(d.us) / kUnit_us; });
  // Five standard errors: about one in a million under the formula.
  CHECK(std::abs(waiting.mean - expected) < 5 * waiting.error);
  CHECK(std::abs(wait.mean - expected_wait) < 5 * wait.error);
  // And the test has the power to see five percent.
  CHECK(5 * waiting.error < 0.05 * expected + 0.01);
  CHECK(wait.error < 0.03 * expected_wait);
}

TEST_CASE("Erlang's C formula at known points") {
  CHECK(erlang_c(1, 0.7) == Approx(0.7));
  CHECK(erlang_c(3, 2.0) == Approx(4.0 / 9.0));
}

}  // namespace
}  // namespace dwell::kernel
