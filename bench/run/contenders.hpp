#pragma once
// Who takes part in a study: from what is typed after --detector to something the harness can run.

#include <string>
#include <vector>

#include "bench/run/harness.hpp"
#include "detectors/hosts/session.hpp"

namespace dwell::run {

/// The contender that reads the truth; it is told of each run's truth by run_world.
inline constexpr const char* kOracleVolume = "oracle-volume";

/// How detectors from outside the tree are let in.
struct Door {
  hosts::HostOptions host = {};
  bool in_process = false;  ///< shared libraries in this program: for timing, never for scores
};

/// One contender by what is typed after --detector: a name of the catalogue, also with parameters
/// (detectors/chosen.hpp), which is then its name in results; `./lib.so:name`; `python:FILE.py:Class`. Errors: a name
/// the catalogue does not have; whatever keeps one from outside from introducing itself.
Result<Contender> contender(const std::string& typed, const Door& door = {});

/// What its rows in results are called.
std::string row_name(const std::string& typed);

/// Those typed, all of the catalogue when none is, and the volume oracle, in the order they are scored. Errors also:
/// two of one name.
Result<std::vector<Contender>> contenders(const std::vector<std::string>& typed, const Door& door = {});

}  // namespace dwell::run
