#include "bench/validate/evidence.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace dwell::validate {
namespace {

constexpr std::size_t kExact = 128, kPerDoubling = 64;

template <class Sums>
void add_sums(Sums& to, const Sums& from, double times) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += times * from[i];
}

}  // namespace

void DayEvidence::add(const DayEvidence& other, double times) {
  add_sums(lengths, other.lengths, times);
  add_sums(long_lengths, other.long_lengths, times);
  add_sums(log_gaps, other.log_gaps, times);
  add_sums(kinds, other.kinds, times);
  add_sums(hours, other.hours, times);
  add_sums(starts, other.starts, times);
  gaps += times * other.gaps;
  gap_sum_s += times * other.gap_sum_s;
  log_gap_sum += times * other.log_gap_sum;
  log_gap_squares += times * other.log_gap_squares;
  sessions += times * other.sessions;
  pages += times * other.pages;
  ordering += times * other.ordering;
  log_length_sum += times * other.log_length_sum;
  log_length_squares += times * other.log_length_squares;
}

UserEvidence::UserEvidence() : event_counts(kCountBins), order_counts(kOrderBins) {}

void UserEvidence::add(const UserEvidence& other, double times) {
  add_sums(event_counts, other.event_counts, times);
  add_sums(order_counts, other.order_counts, times);
  add_sums(visits, other.visits, times);
  add_sums(systems, other.systems, times);
  add_sums(carriers, other.carriers, times);
  monthly += times * other.monthly;
  weekly += times * other.weekly;
  daily += times * other.daily;
  events += times * other.events;
  sessions += times * other.sessions;
  visit_days += times * other.visit_days;
  extra_squares += times * other.extra_squares;
  extra_days += times * other.extra_days;
  day_squares += times * other.day_squares;
  logins += times * other.logins;
  failures += times * other.failures;
}

std::size_t count_bin(std::uint64_t count) {
  if (count < kExact) return static_cast<std::size_t>(count);
  const auto octave = static_cast<unsigned>(std::bit_width(count)) - 8;  // 0 for 128 … 255
  const std::uint64_t within = (count >> (octave + 1)) - kPerDoubling;
  return std::min(kCountBins - 1, kExact + octave * kPerDoubling + static_cast<std::size_t>(within));
}

double count_of_bin(std::size_t bin) {
  if (bin < kExact) return static_cast<double>(bin);
  const std::size_t octave = (bin - kExact) / kPerDoubling;
  const double width = std::ldexp(2.0, static_cast<int>(octave));
  return (static_cast<double>((bin - kExact) % kPerDoubling + kPerDoubling) + 0.5) * width - 0.5;
}

}  // namespace dwell::validate
