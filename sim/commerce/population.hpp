#pragma once
// Who the members are: which ids name an account, and each member's standing habits. Everything is a pure function of
// (seed, member id).

#include <cstdint>
#include <vector>

#include "sim/commerce/params.hpp"
#include "sim/core/ids.hpp"
#include "sim/core/random.hpp"
#include "sim/core/vocabulary.hpp"
#include "sim/protocol/networks.hpp"

namespace dwell::commerce {

/// What a member keeps from day to day, quantised. 16 bytes.
struct Traits {
  MemberId id;
  std::uint16_t visit = 0;      ///< daily visit probability · 65,536; 0 for the dormant
  std::uint16_t extra = 0;      ///< mean sessions beyond the first on a day with a visit, · kExtraUnit
  NetworkId mobile, fixed;      ///< networks of the phone and of the line at home
  std::uint8_t conversion = 0;  ///< inclination to buy, · kConversionUnit
  std::uint8_t addresses = 1;   ///< delivery addresses
  Client phone = Client::android;
  std::uint8_t unused = 0;

  static constexpr double kExtraUnit = 1024;
  static constexpr double kConversionUnit = 64;
  static constexpr double kVisitUnit = 65536;

  /// Mean sessions on an ordinary day.
  [[nodiscard]] double sessions() const { return visit / kVisitUnit * (1 + extra / kExtraUnit); }
};
static_assert(sizeof(Traits) == 16);

/// The id space: ids 1..ids in eras of equal length, each with a density of its own. Within an era exactly the
/// rounded number of ids name an account, chosen by a keyed permutation, so the total is exact.
class Population {
 public:
  Population(const PopulationParams& params, double extra_sessions, double scale,
             const protocol::NetworkTable& networks, Seed seed);

  /// Ids in use run from 1 to this.
  [[nodiscard]] std::uint32_t ids() const { return ids_; }
  [[nodiscard]] std::uint64_t accounts() const { return accounts_; }
  /// Whether an id names an account. About 30 ns.
  [[nodiscard]] bool exists(MemberId id) const;
  /// Habits of an existing member. About 0.5 us; for building shards.
  [[nodiscard]] Traits traits(MemberId id) const;
  /// Expected sessions of the whole platform on an ordinary day.
  [[nodiscard]] double sessions_per_day() const;

 private:
  struct Era {
    std::uint32_t begin;  // first position (id - 1)
    std::uint32_t count;  // ids that name an account
    KeyedPermutation order;
  };

  PopulationParams params_;
  double extra_sessions_;
  const protocol::NetworkTable* networks_;
  Seed seed_;
  std::uint32_t ids_;
  std::uint64_t accounts_;
  std::vector<Era> eras_;
  std::uint64_t dormant_below_;  // of 2^32
};

}  // namespace dwell::commerce
