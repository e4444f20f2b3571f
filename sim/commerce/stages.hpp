#pragma once
// Where the time of a shard goes, for benchmarks: measured once a window and stage, and only when asked for.

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace dwell::commerce {

enum class Stage : std::uint8_t { sessions, queue, gateway, telemetry };
inline constexpr std::array<std::string_view, 4> kStageNames = {"session generation", "queue", "gateway and rows",
                                                                "telemetry order"};

/// Nanoseconds spent in each stage so far.
struct StageTimes {
  std::array<std::int64_t, kStageNames.size()> ns{};
};

/// From its making on, each `lap` adds the time since the one before to a stage. Does nothing without times.
class StageClock {
 public:
  explicit StageClock(StageTimes* times) : times_(times), last_ns_(times == nullptr ? 0 : now_ns()) {}
  void lap(Stage stage) {
    if (times_ == nullptr) return;
    const std::int64_t now = now_ns();
    times_->ns[static_cast<std::size_t>(stage)] += now - last_ns_;
    last_ns_ = now;
  }

 private:
  static std::int64_t now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }
  StageTimes* times_;
  std::int64_t last_ns_;
};

}  // namespace dwell::commerce
