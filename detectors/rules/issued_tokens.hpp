#pragma once
// What one shard remembers of issued tokens: rotating Bloom filters, and access rows waiting to be judged.

#include <array>
#include <cstdint>
#include <vector>

#include "detectors/api/detector.hpp"
#include "detectors/common/bloom.hpp"
#include "detectors/common/queue.hpp"

namespace dwell::detect {

/// Sizes, the same for every shard.
struct IssuedPlan {
  std::int64_t window_us = 0;
  std::int64_t lag_windows = 0;
  std::int64_t generation_windows = 0;
  std::int64_t generations = 0;  ///< filters held: one filling, the others covering a lifetime
  std::int64_t lifetime_windows = 0;
  std::uint64_t tokens = 0;  ///< a generation's tokens in one shard, for which a filter is made
  double bits_per_key = 10;
  unsigned hashes = 7;
  /// From the parameters of token-issuance. Tokens: a fourth of a generation's expected events, twice the usual one
  /// token to eight pages, so that promotions fit.
  static IssuedPlan of(const Descriptor& descriptor, const Setting& setting);
};

class IssuedTokens final : public ShardState {
 public:
  explicit IssuedTokens(const IssuedPlan& plan);
  [[nodiscard]] std::unique_ptr<ShardState> clone() const override { return std::make_unique<IssuedTokens>(*this); }
  void save(ByteWriter& writer) const override;
  Status restore(ByteReader& reader) override;
  [[nodiscard]] std::uint64_t state_bytes() const override;

  /// Takes rows of one window. The first rows of a later window first judge, into `table`, the rows that have waited
  /// long enough (against what was issued up to the window before), so it does not matter how a window's rows are
  /// split.
  void observe(const WindowRows& rows, WindowTable& table);

 private:
  struct Waiting {
    std::uint64_t token;
    std::uint64_t key_source;
    std::int64_t window;
  };
  [[nodiscard]] std::int64_t window_of(std::int64_t ingest_us) const;
  void begin_window(std::int64_t window, WindowTable& table);
  void begin_generation(std::int64_t generation);
  void set_generation(std::int64_t generation);
  [[nodiscard]] bool issued(std::uint64_t token);
  [[nodiscard]] bool filters_hold(Bloom::Walk walk) const;

  static constexpr unsigned kFoundBits = 8;
  static std::size_t place_of(const Bloom::Walk& walk) { return walk.at >> (64 - kFoundBits); }

  IssuedPlan plan_;
  std::vector<Bloom> filters_;  // by generation modulo their number
  /// Tokens that a filter is known to hold: issued lately, or found. Sessions use one token on several pages in a row.
  /// Forgotten when a generation begins, as a filter is cleared then; 0 is no token.
  std::array<std::uint64_t, 1U << kFoundBits> found_{};
  Queue<Waiting> waiting_;  // in order of arrival
  std::int64_t window_;
  std::int64_t first_window_;
  std::int64_t generation_ = 0;
  std::int64_t generation_end_ = 0;  // the first window after it
  std::size_t filling_ = 0;          // place of its filter
};

}  // namespace dwell::detect
