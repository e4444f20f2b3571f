// A second model on the public headers alone: M/M/c queues, one by itself and a network of them, whose customers travel
// by message. The share that waits and the mean wait are held against Erlang's C formula (Kleinrock, Queueing Systems
// I, 1975, section 3.5), which in an open network holds at every station (Jackson, "Networks of waiting lines", 1957).

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

enum Kind : unsigned { kArrival = 0, kDone = 1 };  // priorities

/// Sends customers, one lookahead ahead of their arrival, to a station.
class Source final : public Process {
 public:
  Source(ProcessId station, double rate)
      : station_(station), rate_(rate), random_(kSeed, station.value, purpose("test.arrivals")) {}
  [[nodiscard]] std::string_view name() const override { return "source"; }
  void start(Context& c) override { c.schedule(c.now() + exponential(random_, rate_), 0, 0); }
  void handle(Context& c, Events& events) override {
    while (const Event* const event = events.next()) {
      c.send(station_, event->time + c.lookahead(), kArrival, 0);
      c.schedule(event->time + exponential(random_, rate_), 0, 0);
    }
  }

 private:
  ProcessId station_;
  double rate_;
  RandomStream random_;
};

/// Serves whom it is sent, in order of arrival, and sends them on: with probability routes[i] to station i, else home.
class Station final : public Process {
 public:
  Station(std::uint32_t id, unsigned servers, double rate, std::vector<double> routes = {})
      : servers_(servers), rate_(rate), routes_(std::move(routes)), random_(kSeed, id, purpose("test.services")) {}
  [[nodiscard]] std::string_view name() const override { return "station"; }
  [[nodiscard]] bool every_window() const override { return false; }
  void handle(Context& c, Events& events) override {
    while (const Event* const event = events.next()) {
      if (event->priority() == kDone) {
        --busy_;
        send_on(c, event->time);
      } else {
        line_.push_back(event->time);
      }
      for (; busy_ < servers_ && !line_.empty(); line_.pop_front()) {
        ++busy_;
        waits_.push_back(event->time - line_.front());
        c.schedule(event->time + exponential(random_, rate_), kDone, 0);
      }
    }
  }
  [[nodiscard]] const std::vector<Duration>& waits() const { return waits_; }

 private:
  void send_on(Context& c, Time now) {
    double point = routes_.empty() ? 1 : random_.open_uniform();
    for (std::uint32_t to = 0; to < routes_.size(); ++to) {
      if ((point -= routes_[to]) < 0) return c.send({to}, now + c.lookahead(), kArrival, 0);
    }
  }

  unsigned servers_;
  double rate_;
  std::vector<double> routes_;
  unsigned busy_ = 0;
  std::deque<Time> line_;
  std::vector<Duration> waits_;
  RandomStream random_;
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

/// Of a station of `servers` that serve `rate` customers a second each, and to which `arrivals` a second come.
void check_waits(const std::vector<Duration>& waits, unsigned servers, double rate, double arrivals) {
  const double expected = erlang_c(servers, arrivals / rate);
  const double expected_wait = expected / (servers * rate - arrivals);
  const Estimate waiting = batch_means(waits, 1000, [](Duration wait) { return wait.us > 0 ? 1.0 : 0.0; });
  const Estimate wait = batch_means(waits, 1000, [](Duration d) { return static_cast<double>(d.us) / kUnit_us; });
  // Five standard errors: about one in a million under the formula.
  CHECK(std::abs(waiting.mean - expected) < 5 * waiting.error);
  CHECK(std::abs(wait.mean - expected_wait) < 5 * wait.error);
  // And the test has the power to see five percent.
  CHECK(5 * waiting.error < 0.05 * expected + 0.01);
  CHECK(wait.error < 0.03 * expected_wait);
}

const std::vector<Duration>& waits_at(Engine& engine, std::uint32_t station) {
  return static_cast<Station&>(engine.process({station})).waits();
}

TEST_CASE("an M/M/c queue waits as Erlang's C formula says") {
  const unsigned servers = GENERATE(1U, 3U, 10U);
  const double load = 0.7 * servers;
  const auto executor = make_inline_executor();
  const auto engine =
      make_windowed_engine({Duration::seconds(5), Time{} + Duration::seconds(800'000 / servers), 16}, *executor);
  const ProcessId queue = engine->add(std::make_unique<Station>(0, servers, 1.0));
  engine->add(std::make_unique<Source>(queue, load));
  while (engine->step()) continue;
  check_waits(waits_at(*engine, 0), servers, 1.0, load);
}

struct StationShape {
  unsigned servers;
  double rate;
  double arrivals;  // from outside
  std::vector<double> routes;
};

/// Customers visit, on their way home, some stations again.
const std::vector<StationShape> kNetwork = {
    {1, 1.0, 0.3, {0.1, 0.5, 0.2}}, {3, 0.25, 0.1, {0.3, 0.0, 0.4}}, {8, 0.1, 0.2, {0.1, 0.1, 0.1}}};

/// What comes to each station a second in all: its own arrivals, and its share of what leaves the others.
std::vector<double> traffic(const std::vector<StationShape>& network) {
  std::vector<double> rates(network.size());
  for (int round = 0; round < 200; ++round) {
    std::vector<double> next;
    for (const StationShape& station : network) next.push_back(station.arrivals);
    for (std::size_t from = 0; from < network.size(); ++from) {
      for (std::size_t to = 0; to < network.size(); ++to) next[to] += rates[from] * network[from].routes[to];
    }
    rates = next;
  }
  return rates;
}

void run_network(Engine& engine) {
  for (std::uint32_t id = 0; id < kNetwork.size(); ++id) {
    engine.add(std::make_unique<Station>(id, kNetwork[id].servers, kNetwork[id].rate, kNetwork[id].routes));
  }
  for (std::uint32_t id = 0; id < kNetwork.size(); ++id) {
    engine.add(std::make_unique<Source>(ProcessId{id}, kNetwork[id].arrivals));
  }
  while (engine.step()) continue;
}

TEST_CASE("every station of a network of M/M/c queues waits as Erlang's C formula says") {
  const EngineOptions options{Duration::seconds(5), Time{} + Duration::seconds(1'000'000), 16};
  const auto executor = make_barrier_executor(2);
  const auto engine = make_windowed_engine(options, *executor);
  run_network(*engine);
  const auto serial = make_serial_engine(options);
  run_network(*serial);
  const std::vector<double> rates = traffic(kNetwork);
  for (std::uint32_t id = 0; id < kNetwork.size(); ++id) {
    INFO("station " << id << ", load of a server " << rates[id] / kNetwork[id].rate / kNetwork[id].servers);
    CHECK(waits_at(*engine, id) == waits_at(*serial, id));
    check_waits(waits_at(*engine, id), kNetwork[id].servers, kNetwork[id].rate, rates[id]);
  }
}

TEST_CASE("Erlang's C formula at known points") {
  CHECK(erlang_c(1, 0.7) == Approx(0.7));
  CHECK(erlang_c(3, 2.0) == Approx(4.0 / 9.0));
}

}  // namespace
}  // namespace dwell::kernel
