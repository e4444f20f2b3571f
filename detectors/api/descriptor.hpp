#pragma once
// What a detector says of itself before it sees a row.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/result.hpp"
#include "sim/core/vocabulary.hpp"
#include "sim/telemetry/columns.hpp"

namespace dwell::detect {

/// Which logs a detector needs; each tier includes those before it.
enum class Tier : std::uint8_t {
  t0,  ///< gateway access log
  t1,  ///< + token issuance and login log
  t2,  ///< + key inventory and workforce
  t3,  ///< + deception (honey accounts)
};

/// How a detector wants its rows. See detector.hpp.
enum class Form : std::uint8_t { sharded, sequential, features };

/// What a score points at. Values are stable: they appear in results.
enum class EntityKind : std::uint32_t { platform, key, source, network, country, page, account, agent };
inline constexpr std::uint32_t kEntityKinds = 8;

struct Entity {
  EntityKind kind = EntityKind::platform;
  std::uint64_t id = 0;
  friend constexpr auto operator<=>(const Entity&, const Entity&) = default;
};

/// The largest id that a row can hold for this kind: an address, a page, a number of its column's width; 0 for the
/// platform. A score that names a larger one is nonsense.
std::uint64_t most_id(EntityKind kind);

/// "source 203.0.113.9", "page address", "platform".
std::string to_string(Entity entity);
std::string_view to_string(EntityKind kind);
std::string_view to_string(Tier tier);
/// What the tiers stand for, in a line of words.
std::string_view tier_legend();
std::string_view to_string(Form form);

/// A set of telemetry topics.
using TopicMask = std::uint32_t;
constexpr TopicMask topic_bit(telemetry::Topic topic) { return 1U << static_cast<unsigned>(topic); }
/// A set of pages (Page values as bits); access rows of other pages are not delivered.
using PageMask = std::uint32_t;
inline constexpr PageMask kAllPages = (1U << kPages) - 1;
/// MYPAGE, PROFILE, ADDR, address edit and order list: the pages that return member data, a tenth of all events.
inline constexpr PageMask kMemberDataPages = 0b11111U << static_cast<unsigned>(Page::mypage);

/// Which numbers of its range a parameter accepts: a count has no fractions.
enum class Numbers : std::uint8_t { any, whole };

/// Where a parameter is read: a series or edges of somebody's own have no windows, for one.
enum class Use : std::uint8_t { everywhere, telemetry };

/// A parameter with its published default and the values it accepts.
struct Parameter {
  std::string name;
  double value = 0;
  double least = 0;
  double most = 0;
  std::string meaning;
  Numbers numbers = Numbers::any;
  Use use = Use::everywhere;
};

struct Descriptor {
  std::string name;     ///< as typed on the command line: lower case, digits, hyphens
  std::string summary;  ///< one line
  Tier tier = Tier::t0;
  Form form = Form::sharded;
  TopicMask topics = topic_bit(telemetry::Topic::access);
  PageMask pages = kMemberDataPages;
  std::vector<Parameter> parameters;
  std::uint64_t memory_bound_bytes = 0;  ///< state never exceeds this at 33.7 M members
  double time_bound_ns = 1000;           ///< core time an event it subscribes to takes at most, on a present machine
  std::string paper;                     ///< author and year, or the standard it follows
  std::string check;                     ///< the figure that its implementation is checked against
  bool control = false;                  ///< a row that proves the scoring is not fooled, not a detector
  bool names_sources = false;            ///< its scores point at source addresses (perhaps among others)
  bool counts_only = false;              ///< judges by counts per page and window alone, so oracle-volume bounds it

  /// The value of a parameter; the name must exist.
  [[nodiscard]] double parameter(std::string_view parameter_name) const;
  /// Sets a parameter; an error names the accepted names or numbers.
  Status set(std::string_view parameter_name, double value);
};

}  // namespace dwell::detect
