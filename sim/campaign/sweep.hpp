#pragma once
// In which order a phase names members and how often it asks for each page.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "sim/campaign/spec.hpp"
#include "sim/core/ids.hpp"
#include "sim/core/random.hpp"
#include "sim/core/serial.hpp"

namespace dwell::campaign {

/// One request to come.
struct Step {
  MemberId member;
  Page page = Page::address;
  bool fresh = true;  ///< the first request of this phase for this member
};

/// The requests of one phase in order. The a-th account met gets floor((a+1) V / A) - floor(a V / A) views of each page
/// (V views in all over A accounts), so totals are exact and accounts differ by one view at most; an id that names
/// nobody gets one request for the first page when the phase tries every id, none when it goes for accounts already
/// found. Whether an id exists is asked of `exists` when its turn comes: the attacker learns it from the answer to the
/// first request, so asking before sending that request gives nothing away.
class Sweep {
 public:
  /// Asks `exists` once for every id of 1..ids to count the accounts.
  Sweep(const Phase& phase, std::uint64_t ids, double scale, Seed seed, std::uint32_t phase_number,
        std::function<bool(MemberId)> exists);

  /// Requests in all, misses included.
  [[nodiscard]] std::uint64_t total() const { return total_; }
  [[nodiscard]] std::uint64_t accounts() const { return accounts_; }
  [[nodiscard]] std::uint64_t misses() const { return misses_; }
  [[nodiscard]] std::uint64_t views() const { return total_ - misses_; }
  /// Of each page among all requests, over the whole phase; all 0 for an empty phase.
  [[nodiscard]] std::array<double, kPages> page_shares() const;

  /// The next request; nothing after `total()` of them. About 40 ns an id.
  std::optional<Step> next();

  /// How far it is, and back into a sweep made alike.
  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);

 private:
  struct PageCount {
    Page page;
    std::uint64_t views;  // in all
    std::uint64_t left;   // of the account in turn
  };
  [[nodiscard]] MemberId id_at(std::uint64_t position) const;
  void meet(MemberId id);

  Target target_;
  Order order_;
  std::uint64_t ids_;
  KeyedPermutation shuffle_;
  std::function<bool(MemberId)> exists_;
  std::vector<PageCount> pages_;
  std::uint64_t accounts_ = 0;
  std::uint64_t misses_ = 0;
  std::uint64_t total_ = 0;
  std::uint64_t position_ = 0;  // ids met
  std::uint64_t met_ = 0;       // accounts met
  MemberId current_{};
  bool fresh_ = false;
  std::size_t page_ = 0;
};

}  // namespace dwell::campaign
