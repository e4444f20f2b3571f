#pragma once
// A message storm: processes that schedule and send at random, with many ties, and keep a digest of all they see.

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "sim/core/digest.hpp"
#include "sim/kernel/engine.hpp"

namespace dwell::kernel::test {

/// The shape of one storm, drawn from a seed.
struct StormShape {
  std::uint64_t seed = 0;
  std::uint32_t processes = 1;
  Duration lookahead{1};
  std::int64_t windows = 1;
  std::size_t horizon = 1;
  std::int64_t grid = 1;       // times are rounded down to it, so a coarse one makes ties
  std::uint32_t fan_out = 1;   // most follow-ups of one event
  std::uint32_t limit = 0;     // events of one process after which it has no more follow-ups in a window
  std::uint32_t per_open = 0;  // most events scheduled by one open
  std::uint32_t sleepers = 0;  // percent of the processes that need not see every window

  explicit StormShape(std::uint64_t from) : seed(from) {
    std::mt19937_64 random(from);
    const auto pick = [&](std::initializer_list<std::int64_t> values) {
      return values.begin()[random() % values.size()];
    };
    processes = static_cast<std::uint32_t>(1 + random() % 24);
    lookahead = Duration{pick({1, 2, 50, 1000, 65'536, 60'000'000})};
    windows = 12 + static_cast<std::int64_t>(random() % 30);
    horizon = static_cast<std::size_t>(pick({1, 2, 5, 256}));
    grid = pick({1, 1, lookahead.us / 3 + 1, lookahead.us});
    fan_out = static_cast<std::uint32_t>(pick({1, 2, 4}));
    limit = static_cast<std::uint32_t>(pick({5, 40, 300}));
    per_open = static_cast<std::uint32_t>(pick({0, 3, 60}));
    sleepers = static_cast<std::uint32_t>(pick({0, 50, 100}));
  }
};

class StormProcess final : public Process {
 public:
  StormProcess(const StormShape& shape, std::uint32_t id)
      : shape_(shape), name_("storm " + std::to_string(id)), state_(mix64(shape.seed, id)), id_(id) {
    sleeper_ = state_ % 100 < shape.sleepers;
  }
  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] bool every_window() const override { return !sleeper_; }

  void start(Context& c) override {
    for (std::uint32_t i = 0; i < 5; ++i) act(c);
  }
  void open(Context& c) override {
    digest_.add(static_cast<std::uint64_t>(c.window().index) * 2);
    in_window_ = 0;
    for (std::uint32_t n = draw(shape_.per_open + 1); n > 0; --n) c.schedule(soon(c), draw(4), draw(1000));
  }
  void handle(Context& c, Events& events) override {
    while (const Event* const event = events.next()) {
      digest_.add(static_cast<std::uint64_t>(event->time.us));
      digest_.add(event->order);
      if (event->priority() >= kBodyPriority) {
        const auto words = unpack<Words>(c.take(event->data));
        digest_.add(words.from);
        digest_.add(words.value);
      } else {
        digest_.add(event->data);
      }
      if (++in_window_ > shape_.limit) continue;
      for (std::uint32_t n = draw(shape_.fan_out + 1); n > 0; --n) act(c);
    }
  }
  void close(Context& c) override {
    digest_.add(static_cast<std::uint64_t>(c.window().index) * 2 + 1);
    if (draw(3) == 0) act(c);
  }
  void save(ByteWriter& writer) const override {
    writer.put(state_);
    writer.put(digest_);
  }
  Status restore(ByteReader& reader) override {
    state_ = reader.get<std::uint64_t>();
    digest_ = reader.get<Digest>();
    return success();
  }
  [[nodiscard]] Digest digest() const { return digest_; }

 private:
  static constexpr unsigned kBodyPriority = 8;
  struct Words {
    std::uint64_t from;
    std::uint64_t value;
    std::uint64_t filling[6];
  };

  std::uint32_t draw(std::uint32_t n) {
    state_ = mix64(state_ + 0x9e3779b97f4a7c15ULL);
    return static_cast<std::uint32_t>((state_ >> 32) % n);
  }
  Time on_grid(Time at, Time least) const { return std::max(least, Time{at.us / shape_.grid * shape_.grid}); }
  Time soon(const Context& c) {
    const auto span = static_cast<std::uint32_t>(std::min<std::int64_t>(shape_.lookahead.us, UINT32_MAX));
    return on_grid(c.now() + Duration{draw(span)}, c.now());
  }
  void act(Context& c) {
    const Time least = c.now() + c.lookahead();
    const Time later = on_grid(least + (soon(c) - c.now()) * draw(3), least);
    switch (draw(8)) {
      case 0:
        return c.schedule(c.now(), draw(4), draw(1000));
      case 1:
        return c.schedule(c.now() + c.lookahead() * draw(20), draw(4), draw(1000));
      case 2:
      case 3:
        return c.schedule(soon(c), draw(4), draw(1000));
      case 4:
      case 5:
        return c.send({draw(shape_.processes)}, later, draw(4), draw(1000));
      case 6:
        return c.send({draw(shape_.processes)}, least, kBodyPriority + draw(8), pack(Words{id_, state_, {}}));
      default:
        return c.send({0}, later, kBodyPriority, pack(Words{id_, state_, {}}));
    }
  }

  StormShape shape_;
  std::string name_;
  std::uint64_t state_;
  Digest digest_;
  std::uint32_t id_;
  std::uint32_t in_window_ = 0;
  bool sleeper_ = false;
};

struct StormResult {
  std::uint64_t digest = 0;
  std::uint64_t events = 0;
  friend bool operator==(const StormResult&, const StormResult&) = default;
};

inline EngineOptions options_of(const StormShape& shape) {
  return {shape.lookahead, Time{} + shape.lookahead * shape.windows - Duration{shape.lookahead.us / 2}, shape.horizon};
}

inline void add_storm(const StormShape& shape, Engine& engine) {
  for (std::uint32_t id = 0; id < shape.processes; ++id) {
    engine.add(engine.local({id}) ? std::make_unique<StormProcess>(shape, id) : nullptr);
  }
}

/// Of the whole run; on ranks, all call it.
inline StormResult result_of(Engine& engine) {
  std::uint64_t digest = 0;
  for (std::uint32_t id = 0; id < engine.processes(); ++id) {
    if (!engine.local({id})) continue;
    digest = Digest::sum(digest, id, static_cast<const StormProcess&>(engine.process({id})).digest());
  }
  return {engine.total(digest), engine.total(engine.events())};
}

/// Runs the storm to its end on an engine without processes.
inline StormResult run_storm(const StormShape& shape, Engine& engine) {
  add_storm(shape, engine);
  while (engine.step()) continue;
  return result_of(engine);
}

}  // namespace dwell::kernel::test
