#pragma once
// Which commands there are, and which options each takes. For the files that parse arguments only.

#include <boost/program_options/options_description.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "bench/cli/arguments.hpp"
#include "sim/core/result.hpp"

namespace dwell::cli {

struct CommandSpec {
  std::string_view name;
  Command command;
  std::string_view subject;  ///< what the word after the command is; empty when there is none
  bool needed;
  std::vector<std::string> options;
};

const std::vector<CommandSpec>& commands();
std::vector<std::string> command_names();
/// A command by its name; the error lists them.
Result<const CommandSpec*> find_command(const std::string& name);
/// nullptr for Command::version, which is an option of none.
const CommandSpec* spec_of(Command command);

/// All options of all commands.
boost::program_options::options_description option_table();
/// Whether `option`, with its hyphens, takes no value.
bool is_switch(std::string_view option);

}  // namespace dwell::cli
