#pragma once
// A scenario: everything a run needs besides seed, scale and threads. Read from JSON, validated, typed.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/background/params.hpp"
#include "sim/campaign/spec.hpp"
#include "sim/commerce/params.hpp"
#include "sim/core/fields.hpp"
#include "sim/core/result.hpp"
#include "sim/protocol/networks.hpp"
#include "sim/protocol/segments.hpp"
#include "sim/workforce/params.hpp"

namespace dwell::world {

/// A reading of the case: when undetected access began and how long it lasted.
struct Baseline {
  std::string name;
  Date start;
  std::uint32_t days = 147;
  std::string source;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.name, {"name", "", 1, 64, Tag::setting, "name of the reading"});
    visit(self.start, {"start", "date", 0, 0, Tag::published, "first day of undetected access"});
    visit(self.days, {"days", "d", 1, 3650, Tag::published, "days of undetected access"});
    visit(self.source, {"source", "", 0, 400, Tag::published, "who says so"});
  }
};

/// A dated event of the case, for the timeline.
struct Milestone {
  Date day;
  std::string what;
  std::string source;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.day, {"day", "date", 0, 0, Tag::published, "date"});
    visit(self.what, {"what", "", 1, 200, Tag::published, "what happened"});
    visit(self.source, {"source", "", 0, 200, Tag::published, "who says so"});
  }
};

/// A ratio such as 1/1000: the share of members, background and campaign volume that is simulated.
struct Scale {
  std::uint64_t numerator = 1;
  std::uint64_t denominator = 1000;
  [[nodiscard]] double value() const { return static_cast<double>(numerator) / static_cast<double>(denominator); }
  /// n scaled and rounded to nearest; n * numerator must stay below 2^63 (both parts of a scale are at most 1,000,000).
  [[nodiscard]] constexpr std::uint64_t apply(std::uint64_t n) const {
    return (n * numerator + denominator / 2) / denominator;
  }
};

struct Scenario {
  std::string schema = "dwell.scenario/1";
  std::string name;
  std::string title;
  std::string baseline;  ///< name of the reading used
  std::vector<Baseline> baselines;
  std::vector<Milestone> timeline;
  Scale scale;  ///< default scale
  Duration warm_up = Duration::days(28);
  Duration onset_jitter = Duration::days(28);
  Duration containment = Duration::hours(24);
  std::vector<protocol::NetworkSpec> networks;
  commerce::Params platform;
  workforce::Params workforce;
  workforce::KeyUseOfInsider key_use = workforce::KeyUseOfInsider::shared_production;
  protocol::SegmentParams segments;
  background::Params background;
  campaign::Spec campaign;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.schema, {"schema", "", 1, 64, Tag::setting, "dwell.scenario/1"});
    visit(self.name, {"name", "", 1, 64, Tag::setting, "name of the scenario"});
    visit(self.title, {"title", "", 0, 200, Tag::setting, "one line"});
    visit(self.baseline, {"baseline", "", 1, 64, Tag::setting, "which of the baselines is used"});
    visit(self.baselines, {"baselines", "", 1, 16, Tag::published, "readings of when it began and how long it lasted"});
    visit(self.timeline, {"timeline", "", 0, 100, Tag::published, "dated events, for people"});
    visit(self.scale, {"scale", "", 0, 0, Tag::setting, "default scale, as \"1/1000\""});
    visit(self.warm_up, {"warm_up", "duration", 86400, 1e8, Tag::setting, "detectors learn, nothing is scored"});
    visit(self.onset_jitter,
          {"onset_jitter", "duration", 0, 1e8, Tag::setting, "the first read is later by U(0, this), per seed"});
    visit(self.containment,
          {"containment", "duration", 0, 1e8, Tag::assumption, "from detection to the last record lost"});
    visit(self.networks, {"networks", "", 8, 2048, Tag::assumption, "networks and where they are"});
    visit(self.platform, {"platform", "", 0, 0, Tag::setting, "members, sessions, logs"});
    visit(self.workforce, {"workforce", "", 0, 0, Tag::setting, "staff and keys"});
    visit(self.key_use,
          {"key_use", "", 0, 0, Tag::assumption, "whether the insider's key also signs legitimate tokens"});
    visit(self.segments, {"segments", "", 0, 0, Tag::setting, "who reaches what, and which fields pages return"});
    visit(self.background, {"background", "", 0, 0, Tag::setting, "what looks like an attack and is none"});
    visit(self.campaign, {"campaign", "", 0, 0, Tag::setting, "the attack"});
  }

  /// The baseline in use.
  [[nodiscard]] const Baseline& reading() const;
};

/// Reads and validates a scenario file. Calendars that it names (platform.calendar.years) come from calendars/ beside
/// the file, else from these folders; their dates are then the scenario's own. The error names file, JSON pointer with
/// line and column, what was found and what is accepted.
Result<Scenario> read_scenario(const std::string& path, std::span<const std::string> calendar_folders = {});
/// The same from text; `file` is used in messages. Calendars come from the folders alone.
Result<Scenario> parse_scenario(std::string_view text, const std::string& file,
                                std::span<const std::string> calendar_folders = {});
/// The scenario as canonical JSON: every field, in order of description. Its digest identifies the scenario in results.
std::string to_json(const Scenario& scenario);
std::uint64_t scenario_digest(const Scenario& scenario);
/// JSON Schema (draft 2020-12), generated from the described structs; scenarios/scenario.schema.json is held to it by a
/// test.
std::string scenario_json_schema();
/// The same of calendars (scenarios/calendars/calendar.schema.json).
std::string calendar_json_schema();

/// "1/1000", "0.01" or "1"; an error says what is accepted.
Result<Scale> parse_scale(std::string_view text);
/// "147 d", "90 s", "36 h", "15 min", "250 ms", with a unit always.
Result<Duration> parse_duration(std::string_view text);
/// "2025-06-24".
Result<Date> parse_date(std::string_view text);
std::string to_string(Date date);
std::string to_string(Duration duration);

}  // namespace dwell::world
