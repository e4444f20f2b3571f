#include "bench/cli/text_page.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "bench/cli/main_command.hpp"
#include "bench/cli/names.hpp"
#include "bench/cli/output_file.hpp"
#include "bench/cli/terminal.hpp"

namespace dwell::cli {

int deliver(const Arguments& arguments, const std::string& text, const std::string& input) {
  if (arguments.output.empty()) return put(text);
  const Result<OutputFile> file = OutputFile::prepare(arguments.output, {input});
  if (!file) return complain(file.error(), kBadInput);
  const Status written = file.value().write(text);
  return written ? kDone : complain(written.error(), kFailed);
}

report::Style page_style(const Arguments& arguments) {
  return arguments.output.empty() ? stdout_style() : report::Style{};
}

std::string dump(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

int unknown_subject(const char* command, const std::string& word, std::span<const std::string> names) {
  return complain(Error{"", command, "found \"" + word + "\"", accepted_names(word, names)}, kBadInput);
}

void add_row(report::Table& table, std::vector<std::string> cells, const std::string& text, std::size_t room) {
  std::istringstream lines(report::wrap(text, room, 0) + "\n");
  for (std::string line; std::getline(lines, line);) {
    cells.push_back(line);
    table.row(cells);
    std::fill(cells.begin(), cells.end(), std::string());
    cells.pop_back();
  }
}

}  // namespace dwell::cli
