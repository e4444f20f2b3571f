#pragma once
// The conformance suite: what every detector must hold, of whatever kind it is, tried on made-up traffic (traffic.hpp).

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/check/stream.hpp"

namespace dwell::check {

/// not_tried: an earlier check failed so that this one can say nothing more.
enum class Verdict : std::uint8_t { passed, failed, not_applicable, not_tried };
std::string_view to_string(Verdict verdict);

struct Finding {
  std::string check;  ///< name of the check, as in README.md
  Verdict verdict = Verdict::passed;
  std::string note;  ///< what was found; why a check does not apply
};

struct SuiteOptions {
  /// Also the time an event takes. Only where nothing else keeps the processor busy.
  bool timing = false;
  /// Called before each check with its name; false leaves it out. Empty: none is left out.
  std::function<bool(std::string_view check)> next = {};
};

/// All checks in turn. What a detector throws is a failed check, never an exception; where it
/// throws on ordinary traffic, what else would run it is not tried. About twelve runs over sixteen
/// days of traffic: a second or two for a cheap detector.
std::vector<Finding> check_detector(const Subject& subject, const SuiteOptions& options = {});

/// Whether none failed.
bool conforms(const std::vector<Finding>& findings);

}  // namespace dwell::check
