#pragma once
// One line that says how far a study is.

#include <functional>
#include <string>

#include "bench/run/study.hpp"

namespace dwell::cli {

/// "scoring, run 12 of 16: 74 %, 8.2 M events/s, 2025-09-05, 25 s to go"; without the estimate while it would be a
/// guess.
std::string progress_text(const run::Progress& progress);
/// ", 25 s to go" for work of which the share `done` took `elapsed_s`; empty while that would be a guess.
std::string time_to_go(double done, double elapsed_s);

/// On a terminal a line that is rewritten; elsewhere a line a minute; nothing when quiet.
class ProgressLine {
 public:
  ProgressLine(bool quiet, bool terminal) : quiet_(quiet), terminal_(terminal) {}
  ~ProgressLine() { finish(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const run::Progress& progress);
  /// `text` is asked for when the line is due.
  void show(double elapsed_s, const std::function<std::string()>& text);
  /// Wipes the line off the terminal.
  void finish();

 private:
  bool quiet_, terminal_;
  bool drawn_ = false;
  double next_s_ = 0;
};

}  // namespace dwell::cli
