#pragma once
// The results document (dwell.results/1): written, read back, and its JSON Schema. Everything that may differ between
// two runs of the same input lies under `timing` and `machine`; the rest is the same to the byte.

#include <string>
#include <string_view>

#include "bench/run/result.hpp"
#include "sim/core/result.hpp"

namespace dwell::report {

/// The document as text, one line a row, keys in fixed order, numbers in their shortest form that reads back to the
/// same value. A number that is not finite, or a comparison of a detector without summary line, is a defect
/// (InvariantError).
std::string results_json(const run::StudyResult& result);

/// The way back. Errors name file, JSON pointer, line and column: syntax, another kind of document, missing, unknown or
/// duplicate keys, wrong types, numbers that no study can give (shares beyond 0 to 1, times beyond the horizon).
Result<run::StudyResult> parse_results(std::string_view text, const std::string& file);
/// The text of a file that should be one. Errors: no file, an empty one.
Result<std::string> results_text(const std::string& path);
/// Both in one.
Result<run::StudyResult> read_results(const std::string& path);

/// JSON Schema (draft 2020-12) of the document; results/results.schema.json is held to it by a test.
std::string results_json_schema();

}  // namespace dwell::report
