#pragma once
// The checks: each takes files as text, so that a test can plant violations without touching the tree.

#include <cstddef>
#include <string>
#include <vector>

#include "tests/architecture/source_text.hpp"

namespace dwell::architecture {

struct Finding {
  std::string path;
  std::size_t line;  ///< from 1; 0 when the whole file or folder is meant
  std::string message;
};

using Findings = std::vector<Finding>;

/// Include edges between floors.
Findings check_floors(const SourceFile& file);
/// Own headers by their full path from the root, in quotes, and there; foreign ones in brackets.
Findings check_include_paths(const SourceFile& file, const std::vector<std::string>& tree);
/// Heavy headers stay in .cpp files.
Findings check_heavy_headers(const SourceFile& file);
/// Headers begin with #pragma once.
Findings check_pragma(const SourceFile& file);
/// kBans.
Findings check_bans(const SourceFile& file);
/// At most kMostLines lines of code.
Findings check_length(const SourceFile& file);
/// Words of unfinished work.
Findings check_words(const SourceFile& file);
/// Every folder of the product with code has a README.md, and so have kReadmeFolders.
Findings check_readmes(const std::vector<std::string>& tree);

/// One line each: "path:line: message".
std::string to_text(const Findings& findings);

}  // namespace dwell::architecture
