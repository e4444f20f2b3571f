#include "detectors/api/descriptor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace dwell::detect {

std::string_view to_string(EntityKind kind) {
  constexpr std::array<std::string_view, kEntityKinds> names = {"platform", "key",  "source",  "network",
                                                                "country",  "page", "account", "agent"};
  return names[static_cast<std::size_t>(kind)];
}

std::uint64_t most_id(EntityKind kind) {
  switch (kind) {
    case EntityKind::platform:
      return 0;
    case EntityKind::page:
      return kPages - 1;
    case EntityKind::network:
    case EntityKind::country:
      return std::numeric_limits<std::uint16_t>::max();
    case EntityKind::key:
    case EntityKind::source:
    case EntityKind::account:
    case EntityKind::agent:
      break;
  }
  return std::numeric_limits<std::uint32_t>::max();
}

std::string_view to_string(Tier tier) {
  constexpr std::array<std::string_view, 4> names = {"T0", "T1", "T2", "T3"};
  return names[static_cast<std::size_t>(tier)];
}

std::string_view tier_legend() {
  return "T0 gateway access log, T1 + token issuance and logins, T2 + key inventory and staff, T3 + honey accounts";
}

std::string_view to_string(Form form) {
  constexpr std::array<std::string_view, 3> names = {"sharded", "sequential", "features"};
  return names[static_cast<std::size_t>(form)];
}

std::string to_string(Entity entity) {
  switch (entity.kind) {
    case EntityKind::platform:
      return "platform";
    case EntityKind::source:
      if (entity.id > most_id(EntityKind::source)) break;
      return fmt::format("source {}.{}.{}.{}", entity.id >> 24 & 255, entity.id >> 16 & 255, entity.id >> 8 & 255,
                         entity.id & 255);
    case EntityKind::page:
      if (entity.id < kPageNames.size()) return fmt::format("page {}", kPageNames[entity.id]);
      break;
    default:
      break;
  }
  return fmt::format("{} {}", to_string(entity.kind), entity.id);
}

double Descriptor::parameter(std::string_view parameter_name) const {
  const auto at =
      std::find_if(parameters.begin(), parameters.end(), [&](const Parameter& p) { return p.name == parameter_name; });
  DWELL_DEMAND(at != parameters.end(), fmt::format("detector {} has no parameter {}", name, parameter_name));
  return at->value;
}

Status Descriptor::set(std::string_view parameter_name, double value) {
  std::string accepted;
  for (Parameter& p : parameters) {
    if (p.name == parameter_name) {
      const bool whole = p.numbers == Numbers::whole;
      if (value >= p.least && value <= p.most && (!whole || std::trunc(value) == value)) {
        p.value = value;
        return success();
      }
      return Error{name, p.name, fmt::format("found {}", value),
                   fmt::format("{}{} to {}", whole ? "a whole number from " : "", p.least, p.most)};
    }
    accepted += (accepted.empty() ? "" : ", ") + p.name;
  }
  return Error{name, "parameter", fmt::format("found \"{}\"", parameter_name), accepted.empty() ? "none" : accepted};
}

}  // namespace dwell::detect
