#include "detectors/common/hyperloglog.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <span>

#include "sim/core/check.hpp"
#include "sim/core/math.hpp"

namespace dwell::detect {
namespace {

/// Ertl's σ(x) = x + Σ x^(2^k) 2^(k-1): what empty registers stand for.
double sigma(double x) {
  double y = 1;
  double z = x;
  for (double before = -1; z != before; y += y) {
    x *= x;
    before = z;
    z += x * y;
  }
  return z;
}

/// Ertl's τ(x): the correction for saturated registers.
double tau(double x) {
  if (x <= 0 || x >= 1) return 0;
  double y = 1;
  double z = 1 - x;
  for (double before = -1; z != before;) {
    x = det_sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) * (1 - x) * y;
  }
  return z / 3;
}

/// Registers of each rank.
using Multiplicity = std::array<std::uint32_t, 66>;

/// In turn into four tables: where most ranks are equal, each count would wait for the one before it. Eight empty
/// registers are counted at once.
Multiplicity count(std::span<const std::uint8_t> registers) {
  constexpr std::size_t kTurns = 4;
  std::array<Multiplicity, kTurns> counts{};
  for (std::size_t i = 0; i < registers.size(); i += 8) {  // a power of two of them, sixteen at least
    std::uint64_t eight;
    std::memcpy(&eight, &registers[i], sizeof eight);
    if (eight == 0) {
      counts[0][0] += 8;
      continue;
    }
    for (std::size_t k = 0; k < 8; ++k) ++counts[k % kTurns][eight >> (8 * k) & 0xff];
  }
  for (std::size_t turn = 1; turn < kTurns; ++turn) {
    for (std::size_t rank = 0; rank < counts[0].size(); ++rank) counts[0][rank] += counts[turn][rank];
  }
  return counts[0];
}

}  // namespace

HyperLogLog::HyperLogLog(unsigned precision) : registers_(std::size_t{1} << precision, 0), precision_(precision) {
  DWELL_DEMAND(precision >= 4 && precision <= 18, "HyperLogLog: precision is 4 to 18");
}

void HyperLogLog::add(SparseHash hash) {
  const unsigned spare = SparseHash::kBits - precision_;
  const std::uint32_t low = hash.index & ((1U << spare) - 1);
  const std::uint32_t rank =
      low == 0 ? spare + hash.rank : static_cast<std::uint32_t>(std::countl_zero(low)) - (32 - spare) + 1;
  std::uint8_t& held = registers_[hash.index >> spare];
  held = std::max(held, static_cast<std::uint8_t>(rank));
}

void HyperLogLog::merge(const HyperLogLog& other) {
  DWELL_DEMAND(precision_ == other.precision_, "HyperLogLog sketches to merge must have one precision");
  for (std::size_t i = 0; i < registers_.size(); ++i) registers_[i] = std::max(registers_[i], other.registers_[i]);
}

double HyperLogLog::estimate() const {
  const unsigned most = 64 - precision_;
  const Multiplicity multiplicity = count(registers_);
  const auto m = static_cast<double>(registers_.size());
  if (multiplicity[0] == registers_.size()) return 0;
  double z = m * tau(1 - static_cast<double>(multiplicity[most + 1]) / m);
  for (unsigned k = most; k >= 1; --k) z = 0.5 * (z + static_cast<double>(multiplicity[k]));
  z += m * sigma(static_cast<double>(multiplicity[0]) / m);
  constexpr double kTwoLn2 = 1.3862943611198906;
  return m * m / (kTwoLn2 * z);
}

void HyperLogLog::clear() { std::fill(registers_.begin(), registers_.end(), std::uint8_t{0}); }

void HyperLogLog::save(ByteWriter& writer) const {
  writer.put(precision_);
  writer.put_vector(registers_);
}

void HyperLogLog::restore(ByteReader& reader) {
  precision_ = reader.get<std::uint32_t>();
  registers_ = reader.get_vector<std::uint8_t>();
}

double sparse_estimate(std::uint64_t occupied) {
  constexpr double kIndices = static_cast<double>(1U << SparseHash::kBits);
  return -kIndices * det_log1p(-std::min(static_cast<double>(occupied), kIndices - 1) / kIndices);
}

}  // namespace dwell::detect
