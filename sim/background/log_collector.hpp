#pragma once
// Between the processes that write platform-wide records and those who read them: the collection of logs, in which rows
// are lost, come late, or are gone for days.

#include <cstdint>
#include <vector>

#include "sim/background/params.hpp"
#include "sim/core/ids.hpp"
#include "sim/core/serial.hpp"
#include "sim/core/tables.hpp"
#include "sim/core/time.hpp"
#include "sim/telemetry/batch.hpp"

namespace dwell::background {

/// Not a process: whoever gathers the rows of a window passes them through. The fate of a row is drawn from what it
/// says and nothing else, so rows of a campaign change nothing for the others, and every rank finds the same.
class LogCollector {
 public:
  /// `first_day` is the date of time 0.
  LogCollector(const LogParams& params, Seed seed, Date first_day);

  /// Takes the rows that were sent in the window that ends at `end` and leaves those that arrive in it, in order of
  /// ingestion, late ones of earlier windows among them. Windows in order. About 30 ns a row; nothing without rows.
  void collect(telemetry::PlatformRows& rows, Time end);
  /// Whether no row of a topic that would arrive at `at` can be read.
  [[nodiscard]] bool gone(telemetry::Topic topic, Time at) const;

  /// Rows on their way, between windows.
  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);

 private:
  struct Gap {
    telemetry::Topic topic;
    Time begin, end;
  };
  template <class Batch>
  void collect(telemetry::Labelled<Batch>& rows, telemetry::Labelled<Batch>& late, const LossParams& loss, Time end);

  LogParams params_;
  Seed seed_;
  DurationTable lateness_;
  std::vector<Gap> gaps_;
  telemetry::PlatformRows late_;
};

}  // namespace dwell::background
