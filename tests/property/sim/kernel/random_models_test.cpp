// Random graphs of processes that pass messages on: whatever the graph, lookahead, fan-out and ties, all engines agree.

#include <catch2/catch.hpp>
#include <random>

#include "sim/core/digest.hpp"
#include "tests/differential/sim/kernel/ranks.hpp"
#include "tests/unit/sim/kernel/script.hpp"

namespace dwell::kernel::test {
namespace {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::uint32_t kModels = 8;
#else
constexpr std::uint32_t kModels = 120;
#endif

struct Parcel {
  std::uint64_t origin;
  std::uint32_t hops;
  std::uint32_t padding;
};

/// Edges with delays in lookaheads; a delay of 0 is to the process itself, within the window.
struct Edge {
  std::uint32_t to;
  std::int64_t delay_us;
  unsigned priority;
  bool parcel;
};
struct Model {
  Duration lookahead;
  Time end;
  std::size_t horizon;
  std::uint32_t hops;                    // of one token before it dies
  std::vector<std::vector<Edge>> edges;  // by process
  std::vector<std::uint32_t> tokens;     // a process starts with

  explicit Model(std::uint32_t seed) {
    std::mt19937_64 random(seed);
    const auto below = [&](std::uint64_t n) { return static_cast<std::uint32_t>(random() % n); };
    constexpr std::int64_t kLookaheads[] = {1, 7, 1000, 99'991, 3'600'000'000};
    lookahead = Duration{kLookaheads[below(5)]};
    end = Time{} + lookahead * (20 + below(40));
    horizon = std::size_t{1} << below(7);
    const std::uint32_t processes = 1 + below(40);
    const bool star = below(3) == 0;
    const bool ties = below(2) == 0;
    const std::uint32_t fan_out = 1 + below(3);
    hops = fan_out == 1 ? 60 : (fan_out == 2 ? 8 : 6);
    edges.resize(processes);
    tokens.resize(processes);
    for (std::uint32_t id = 0; id < processes; ++id) {
      tokens[id] = below(4);
      for (std::uint32_t n = 0; n < fan_out; ++n) {
        const std::int64_t extra = ties ? lookahead.us * below(3) : static_cast<std::int64_t>(below(1 << 22));
        const bool own = below(4) == 0;
        edges[id].push_back({own ? id : (star && below(2) == 0 ? 0 : below(processes)),
                             own && below(2) == 0 ? below(3) : lookahead.us + extra % (lookahead.us * 5),
                             below(kMaxPriority + 1) & ~1U, below(3) == 0});
      }
    }
  }
};

class Node final : public Process {
 public:
  Node(const Model& model, std::uint32_t id) : model_(model), id_(id), name_("node " + std::to_string(id)) {}
  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] bool every_window() const override { return id_ % 5 == 0; }
  void start(Context& c) override {
    for (std::uint32_t n = 0; n < model_.tokens[id_]; ++n) pass_on(c, mix64(id_, n), model_.hops);
  }
  void handle(Context& c, Events& events) override {
    while (const Event* const event = events.next()) {
      chain_.add(static_cast<std::uint64_t>(event->time.us));
      chain_.add(event->order);
      std::uint64_t origin = event->data;
      std::uint32_t hops = event->data % 64;
      if ((event->priority() & 1) != 0) {
        const auto parcel = unpack<Parcel>(c.take(event->data));
        origin = parcel.origin;
        hops = parcel.hops;
      }
      chain_.add(origin);
      if (hops > 0) pass_on(c, mix64(origin, id_), hops - 1);
    }
  }
  void close(Context& c) override { chain_.add(static_cast<std::uint64_t>(c.window().index)); }
  [[nodiscard]] Digest chain() const { return chain_; }

 private:
  // Data of a plain token: a trace of its origin, and its hops in the last six bits. Odd priorities carry parcels.
  void pass_on(Context& c, std::uint64_t origin, std::uint32_t hops) {
    const auto data = static_cast<std::uint32_t>(origin << 6) | hops;
    for (const Edge& edge : model_.edges[id_]) {
      const Time at = c.now() + Duration{edge.delay_us};
      if (edge.delay_us < model_.lookahead.us) {
        c.schedule(at, edge.priority, data);
      } else if (edge.parcel) {
        c.send({edge.to}, at, edge.priority | 1, pack(Parcel{origin, hops, 0}));
      } else {
        c.send({edge.to}, at, edge.priority, data);
      }
    }
  }

  const Model& model_;
  std::uint32_t id_;
  std::string name_;
  Digest chain_;
};

/// Digest and number of events, of the whole run.
std::pair<std::uint64_t, std::uint64_t> run_model(const Model& model, Engine& engine) {
  const auto count = static_cast<std::uint32_t>(model.edges.size());
  for (std::uint32_t id = 0; id < count; ++id) {
    engine.add(engine.local({id}) ? std::make_unique<Node>(model, id) : nullptr);
  }
  run(engine);
  std::uint64_t digest = 0;
  for (std::uint32_t id = 0; id < count; ++id) {
    if (engine.local({id})) digest = Digest::sum(digest, id, static_cast<const Node&>(engine.process({id})).chain());
  }
  return {engine.total(digest), engine.total(engine.events())};
}

TEST_CASE("random models give the same on the serial engine, on threads and on ranks") {
  std::uint64_t events = 0;
  for (std::uint32_t seed = 1; seed <= kModels; ++seed) {
    INFO("seed " << seed);
    const Model model(seed);
    const EngineOptions options{model.lookahead, model.end, model.horizon};
    const auto expected = run_model(model, *make_serial_engine(options));
    events += expected.second;
    for (const std::size_t threads : {1, 2, 4}) {
      const auto executor = make_barrier_executor(threads);
      REQUIRE(run_model(model, *make_windowed_engine(options, *executor)) == expected);
    }
    for (const unsigned ranks : {2U, 3U, 5U}) {
      const auto results = on_ranks<std::pair<std::uint64_t, std::uint64_t>>(ranks, [&](Transport& transport) {
        const auto executor = make_barrier_executor(1 + seed % 2);
        return run_model(model, *make_distributed_engine(options, *executor, transport));
      });
      for (const auto& result : results) REQUIRE(result == expected);
    }
  }
  CHECK(events > 1000 * kModels);
}

}  // namespace
}  // namespace dwell::kernel::test
