#pragma once
// A small platform for tests: networks, keys, shards in an engine, and a process that sends what a test wants sent.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/commerce/shard.hpp"
#include "sim/core/digest.hpp"
#include "sim/kernel/engine.hpp"
#include "sim/kernel/executor.hpp"

namespace dwell::commerce::testing {

inline std::vector<protocol::NetworkSpec> networks() {
  using enum protocol::NetworkKind;
  return {{"SKT", mobile, "KR", 39.00},    {"KT", mobile, "KR", 23.84},    {"LGU+", mobile, "KR", 19.51},
          {"MVNO", mobile, "KR", 17.64},   {"KT line", fixed, "KR", 40.9}, {"SK line", fixed, "KR", 28.7},
          {"LG line", fixed, "KR", 21.3},  {"other", fixed, "KR", 9.1},    {"US access", foreign, "US", 2},
          {"JP access", foreign, "JP", 3}, {"exit", vpn, "NL", 1},         {"rack", hosting, "US", 1},
          {"desk", contractor, "PH", 1},   {"own", internal, "KR", 1},     {"partner", partner, "KR", 1}};
}

inline protocol::KeyRing keys(const protocol::SegmentParams& segments = {}) {
  protocol::KeyRing ring;
  for (std::uint32_t i = 0; i < 4; ++i) {
    protocol::Key key;
    key.id = {900 + i};
    key.share = i < 3 ? 1.0 + i : 0.0;
    ring.keys.push_back(key);
  }
  ring.reach = protocol::ReachTable(segments);
  return ring;
}

/// 2025-04-15, a Tuesday.
inline constexpr Date kTuesday{20193};

struct Sent {
  std::uint32_t shard;
  Time at;
  protocol::Priority priority;
  kernel::Body body;
};
template <class Message>
Sent sent(std::uint32_t shard, Time at, protocol::Priority priority, const Message& message) {
  return {shard, at, priority, kernel::pack(message)};
}

class Sender final : public kernel::Process {
 public:
  explicit Sender(std::vector<Sent> messages) : messages_(std::move(messages)) {}
  [[nodiscard]] std::string_view name() const override { return "sender"; }
  void start(kernel::Context& context) override {
    for (const Sent& m : messages_) context.send(ProcessId{m.shard}, m.at, static_cast<unsigned>(m.priority), m.body);
  }
  void handle(kernel::Context&, kernel::Events& events) override {
    while (events.next() != nullptr) {
    }
  }
  [[nodiscard]] bool every_window() const override { return false; }

 private:
  std::vector<Sent> messages_;
};

struct Setup {
  Params params;
  double scale = 1e-4;
  Date first_day = kTuesday;
  std::int64_t days = 1;
  std::uint32_t shards = 8;
  std::size_t threads = 1;
  bool serial = false;
  Seed seed{7};
  std::vector<Sent> messages;
  protocol::SegmentParams segments = {};
};

/// Runs to the end; `each` sees every shard's rows after every window.
class Platform {
 public:
  explicit Platform(const Setup& setup)
      : networks_(networks(), setup.seed),
        model_(setup.params, setup.scale, setup.first_day, setup.days, setup.shards, keys(setup.segments), networks_,
               setup.seed),
        rows_(setup.shards),
        executor_(setup.threads == 1 ? kernel::make_inline_executor() : kernel::make_thread_executor(setup.threads)) {
    kernel::EngineOptions options;
    options.end = Time{} + Duration::days(setup.days);
    engine_ = setup.serial ? kernel::make_serial_engine(options) : kernel::make_windowed_engine(options, *executor_);
    for (std::uint32_t s = 0; s < setup.shards; ++s)
      engine_->add(make_shard(model_, {ShardId{s}, setup.shards, &rows_[s]}));
    if (!setup.messages.empty()) engine_->add(std::make_unique<Sender>(setup.messages));
  }

  void run(const std::function<void(const telemetry::PartitionRows&)>& each = {}) {
    while (engine_->step()) {
      for (auto& rows : rows_) {
        if (each) each(rows);
        rows.clear();
      }
    }
  }
  [[nodiscard]] const Model& model() const { return model_; }
  [[nodiscard]] const protocol::NetworkTable& network_table() const { return networks_; }
  [[nodiscard]] const Shard& shard(std::uint32_t s) const {
    return static_cast<const Shard&>(engine_->process(ProcessId{s}));
  }
  [[nodiscard]] ShardStats total() const {
    ShardStats total;
    for (std::uint32_t s = 0; s < model_.shards(); ++s) {
      const ShardStats stats = shard(s).stats();
      total.rows.access += stats.rows.access;
      total.rows.auth += stats.rows.auth;
      total.rows.foreign_access += stats.rows.foreign_access;
      total.rows.foreign_auth += stats.rows.foreign_auth;
      total.rows.lost += stats.rows.lost;
      total.rows.late += stats.rows.late;
      total.members += stats.members;
      total.sessions += stats.sessions;
      total.visits += stats.visits;
      total.member_days += stats.member_days;
      total.requests += stats.requests;
      total.background_digest = Digest::sum(total.background_digest, s, Digest{stats.background_digest});
      total.foreign_digest = Digest::sum(total.foreign_digest, s, Digest{stats.foreign_digest});
    }
    return total;
  }

 private:
  protocol::NetworkTable networks_;
  Model model_;
  std::vector<telemetry::PartitionRows> rows_;
  std::unique_ptr<kernel::Executor> executor_;
  std::unique_ptr<kernel::Engine> engine_;
};

/// Parameters of a platform whose rate does not wander, so that means are exact.
inline Params steady() {
  Params params;
  params.sessions.factor_cv = {};
  return params;
}

}  // namespace dwell::commerce::testing
