// State of a simulation between two steps, and back.

#include <sstream>
#include <string>

#include "sim/core/check.hpp"
#include "sim/world/simulation.hpp"

namespace dwell::world {

void Simulation::save(ByteWriter& writer) const {
  std::ostringstream engine;
  const Status saved = engine_->save(engine);
  DWELL_DEMAND(saved.ok(), "a stream in memory failed: " + (saved ? "" : saved.error().message()));
  writer.put_string(engine.view());
  campaign_->save(writer);
  placebo_->save(writer);
  writer.put(rows_);
  writer.put(foreign_rows_);
  writer.put(foreign_seen_);
}

Status Simulation::restore(ByteReader& reader) {
  std::istringstream engine(reader.get_string());
  if (const Status restored = engine_->restore(engine); !restored) return restored;
  campaign_->restore(reader);
  placebo_->restore(reader);
  rows_ = reader.get<std::uint64_t>();
  foreign_rows_ = reader.get<std::uint64_t>();
  foreign_seen_ = reader.get<bool>();
  return success();
}

}  // namespace dwell::world
