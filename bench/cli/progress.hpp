#pragma once
// One line that says how far a study is.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "bench/cli/terminal.hpp"
#include "bench/run/study.hpp"

namespace dwell::cli {

/// "scoring, run 12 of 16: 74 %, 8.2 M events/s, 2025-09-05, 25 s to go"; without the estimate while it would be a
/// guess.
std::string progress_text(const run::Progress& progress);
/// "phold: 34 %, 16.6 M events/s, time 34 of 100, 56 s to go": `when` is where the simulation stands.
std::string progress_text(std::string_view what, double done, std::uint64_t events, std::string_view when,
                          double elapsed_s);
/// ", 25 s to go" for work of which the share `done` took `elapsed_s`; empty while that would be a guess.
std::string time_to_go(double done, double elapsed_s);

/// On a terminal a line that is rewritten; elsewhere a line a minute; nothing when quiet.
class ProgressLine {
 public:
  /// `put` is given what is to be printed: an escape sequence and a text, or a text and its end of line.
  using Put = std::function<void(std::string_view)>;
  ProgressLine(bool quiet, bool terminal, Put put = say) : quiet_(quiet), terminal_(terminal), put_(std::move(put)) {}
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
  Put put_;
  bool drawn_ = false;
  double next_s_ = 0;
};

}  // namespace dwell::cli
