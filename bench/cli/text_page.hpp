#pragma once
// Pages that are text or JSON: where they go, and long cells in their tables.

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "bench/cli/arguments.hpp"
#include "bench/report/table.hpp"

namespace dwell::cli {

/// To the file of --output, or to stdout. `input` is not overwritten.
int deliver(const Arguments& arguments, const std::string& text, const std::string& input);
/// For a page that goes to a file: no colour.
report::Style page_style(const Arguments& arguments);
std::string dump(const nlohmann::ordered_json& json);
/// A row whose last cell continues below itself where `room` columns do not hold it.
void add_row(report::Table& table, std::vector<std::string> cells, const std::string& text, std::size_t room);

/// Says that `command` knows no such word, and which it knows; bad input.
int unknown_subject(const char* command, const std::string& word, std::span<const std::string> names);

/// `list detectors`.
int list_detectors(const Arguments& arguments);

}  // namespace dwell::cli
