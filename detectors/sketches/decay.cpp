#include "detectors/sketches/decay.hpp"

#include "sim/core/check.hpp"

namespace dwell::detect {
namespace {

constexpr double kLeastValue = 0x1p-900;  // so that sums of 2^64 counts at its weight are finite
constexpr std::size_t kLongestEpoch = 900;
constexpr double kNothing = 0x1p-964;  // a power that leaves less than 2^-64 of 2^900

}  // namespace

Decay::Decay(double keep) : keep_(keep) {
  DWELL_DEMAND(keep >= 0 && keep < 1, "a decaying count keeps less than all of itself");
  for (double power = 1; power >= kLeastValue && powers_.size() <= kLongestEpoch; power *= keep) {
    powers_.push_back(power);
  }
}

double Decay::power(std::uint64_t ticks) const {
  const std::uint64_t longest = powers_.size() - 1;
  double power = 1;
  for (; ticks > longest && power >= kNothing; ticks -= longest + 1) power *= powers_[longest] * keep_;
  return power >= kNothing ? power * powers_[ticks] : 0;
}

void Decay::restore(ByteReader& reader) {
  const auto elapsed = reader.get<std::uint64_t>();
  if (elapsed >= powers_.size()) return reader.fail();
  set(elapsed);
}

}  // namespace dwell::detect
