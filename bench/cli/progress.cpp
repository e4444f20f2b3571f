#include "bench/cli/progress.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "bench/report/text.hpp"

namespace dwell::cli {
namespace {

constexpr double kRedrawEvery = 0.2;
constexpr double kLineEvery = 60;
constexpr std::size_t kWidth = 79;

std::string seconds_in_words(double seconds) {
  const auto whole = static_cast<long>(std::clamp(seconds, 0.0, 1e9) + 0.5);
  if (whole < 90) return fmt::format("{} s", whole);
  if (whole < 5400) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

}  // namespace

std::string progress_text(const run::Progress& p) {
  std::string text = fmt::format("{}, run {} of {}: {:.0f} %", p.phase, std::min(p.runs_done + 1, p.runs), p.runs,
                                 100 * std::clamp(p.done, 0.0, 1.0));
  if (p.elapsed_s > 0 && p.events > 0) {
    text += fmt::format(", {} events/s", report::short_count(static_cast<double>(p.events) / p.elapsed_s));
  }
  text += ", " + world::to_string(p.date);
  return text + time_to_go((p.done - p.done_before) / (1 - p.done_before), p.elapsed_s);
}

std::string progress_text(std::string_view what, double done, std::uint64_t events, std::string_view when,
                          double elapsed_s) {
  const std::string rate =
      elapsed_s > 0 ? report::short_count(static_cast<double>(events) / elapsed_s) + " events/s" : "starting";
  return fmt::format("{}: {:.0f} %, {}, {}{}", what, 100 * done, rate, when, time_to_go(done, elapsed_s));
}

std::string time_to_go(double done, double elapsed_s) {
  const bool known = done > 0.02 && elapsed_s > 1;
  return known ? fmt::format(", {} to go", seconds_in_words(elapsed_s * (1 - done) / done)) : "";
}

void ProgressLine::show(const run::Progress& progress) {
  show(progress.elapsed_s, [&] { return progress_text(progress); });
}

void ProgressLine::show(double elapsed_s, const std::function<std::string()>& words) {
  if (quiet_) return;
  if (next_s_ == 0 && !terminal_) next_s_ = kLineEvery;
  if (elapsed_s < next_s_) return;
  next_s_ = elapsed_s + (terminal_ ? kRedrawEvery : kLineEvery);
  const std::string text = report::fit(words(), kWidth);
  put_(terminal_ ? "\r" + text + "\x1b[K" : text + "\n");
  drawn_ = terminal_;
}

void ProgressLine::finish() {
  if (drawn_) put_("\r\x1b[K");
  drawn_ = false;
}

}  // namespace dwell::cli
