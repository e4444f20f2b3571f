#include "detectors/common/hyperloglog.hpp"

#include <emmintrin.h>

#include <algorithm>
#include <array>
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
using Multiplicity = std::array<std::uint32_t, 68>;

constexpr std::size_t kRanks = 4;

/// How many registers hold `rank` and the three above it: of at most 255 times 16, and a multiple of 16.
std::array<std::uint32_t, kRanks> count_ranks(std::span<const std::uint8_t> registers, std::size_t rank) {
  __m128i wanted[kRanks], found[kRanks];
  for (std::size_t k = 0; k < kRanks; ++k) {
    wanted[k] = _mm_set1_epi8(static_cast<char>(rank + k));
    found[k] = _mm_setzero_si128();
  }
  for (std::size_t i = 0; i < registers.size(); i += 16) {
    const __m128i held = _mm_loadu_si128(reinterpret_cast<const __m128i*>(&registers[i]));
#pragma GCC unroll 4
    for (std::size_t k = 0; k < kRanks; ++k) found[k] = _mm_sub_epi8(found[k], _mm_cmpeq_epi8(held, wanted[k]));
  }
  std::array<std::uint32_t, kRanks> counts;
  for (std::size_t k = 0; k < kRanks; ++k) {
    const __m128i halves = _mm_sad_epu8(found[k], _mm_setzero_si128());
    counts[k] = static_cast<std::uint32_t>(_mm_cvtsi128_si32(halves) + _mm_extract_epi16(halves, 4));
  }
  return counts;
}

/// Sixteen registers at once, while they lie in the innermost cache: which ranks follow each other is hard to foretell,
/// and there are few ranks.
Multiplicity count(std::span<const std::uint8_t> registers) {
  constexpr std::size_t kAtATime = 128 * 16;
  Multiplicity counts{};
  for (std::size_t begin = 0; begin < registers.size(); begin += kAtATime) {
    const auto some = registers.subspan(begin, std::min(kAtATime, registers.size() - begin));
    std::size_t left = some.size();
    for (std::size_t rank = 0; left > 0 && rank < counts.size(); rank += kRanks) {
      const auto found = count_ranks(some, rank);
      for (std::size_t k = 0; k < kRanks; ++k) {
        counts[rank + k] += found[k];
        left -= found[k];
      }
    }
  }
  return counts;
}

}  // namespace

HyperLogLog::HyperLogLog(unsigned precision) : registers_(std::size_t{1} << precision, 0), precision_(precision) {
  DWELL_DEMAND(precision >= 4 && precision <= 18, "HyperLogLog: precision is 4 to 18");
}

void HyperLogLog::merge(const HyperLogLog& other) {
  DWELL_DEMAND(precision_ == other.precision_, "HyperLogLog sketches to merge must have one precision");
  // By pointers of this function's: a store of bytes might change the vectors' own otherwise.
  std::uint8_t* const own = registers_.data();
  const std::uint8_t* const others = other.registers_.data();
  const std::size_t size = registers_.size();
  for (std::size_t i = 0; i < size; ++i) own[i] = std::max(own[i], others[i]);
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
  if (precision_ < 4 || precision_ > 18 || registers_.size() != std::size_t{1} << precision_) reader.fail();
}

double linear_count(std::uint64_t occupied, std::uint64_t places) {
  const auto all = static_cast<double>(places);
  return -all * det_log1p(-std::min(static_cast<double>(occupied), all - 1) / all);
}

}  // namespace dwell::detect
