#pragma once
// What was asked for in a study, kept beside its checkpoints so that it can be gone on with.

#include <string>

#include "bench/run/study.hpp"
#include "sim/core/serial.hpp"

namespace dwell::run {

/// Everything that a study's results depend on, and where they were to go.
struct StudyRequest {
  std::string command;       ///< "case-study" or "run"
  std::string output;        ///< file for the results; empty for none
  world::Scenario scenario;  ///< with what the command line changed in it
  StudyOptions options;      ///< seeds, days, detectors and checkpoint_every; the rest is not kept
};

void save(ByteWriter& writer, const StudyRequest& request);
/// Error, with `file` in it: not what `save` wrote.
Result<StudyRequest> restore_request(std::span<const std::byte> bytes, const std::string& file);

}  // namespace dwell::run
