// State of a simulation between two steps, and back.

#include <sstream>
#include <string>
#include <vector>

#include "sim/core/check.hpp"
#include "sim/world/simulation.hpp"

namespace dwell::world {

/// The engine's state comes in one part a rank.
void Simulation::save(ByteWriter& writer) const {
  std::ostringstream engine;
  const Status saved = engine_->save(engine);
  DWELL_DEMAND(saved.ok(), "a stream in memory failed: " + (saved ? "" : saved.error().message()));
  const std::string_view own = engine.view();
  RankExchange::Blocks parts{std::as_bytes(std::span(own))};
  if (options_.ranks != nullptr) {
    parts = options_.ranks->exchange().gather(0, parts[0]);
    if (options_.ranks->rank() != 0) return;
  }
  writer.put(static_cast<std::uint64_t>(parts.size()));
  for (const std::span<const std::byte> part : parts) {
    writer.put_string({reinterpret_cast<const char*>(part.data()), part.size()});
  }
  campaign_->save(writer);
  placebo_->save(writer);
  logs_.save(writer);
  log_share_.save(writer);
  writer.put(rows_);
  writer.put(foreign_rows_);
  writer.put(foreign_seen_);
}

Status Simulation::restore(ByteReader& reader) {
  std::vector<std::istringstream> engine;
  for (auto count = reader.get<std::uint64_t>(); count > 0 && !reader.failed(); --count) {
    engine.emplace_back(reader.get_string());
  }
  std::vector<std::istream*> parts;
  for (std::istringstream& part : engine) parts.push_back(&part);
  if (const Status restored = engine_->restore(parts); !restored) return restored;
  campaign_->restore(reader);
  placebo_->restore(reader);
  logs_.restore(reader);
  log_share_.restore(reader);
  rows_ = reader.get<std::uint64_t>();
  foreign_rows_ = reader.get<std::uint64_t>();
  foreign_seen_ = reader.get<bool>();
  return success();
}

}  // namespace dwell::world
