#pragma once
// Saving what a run found, whole or so far.

#include "bench/run/world_run.hpp"
#include "sim/core/serial.hpp"

namespace dwell::run {

void save(ByteWriter& writer, const ContenderRun& run);
void restore(ByteReader& reader, ContenderRun& run);

/// A finished run, but for its plan, which follows from what was asked.
void save(ByteWriter& writer, const WorldRecord& record);
/// Error, with `what` as the file: not what `save` wrote, or of another seed or number of contenders than `record` has.
Status restore(ByteReader& reader, WorldRecord& record, std::string_view what);

}  // namespace dwell::run
