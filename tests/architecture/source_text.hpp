#pragma once
// Files of the tree and what a line of C++ says once comments and strings are set aside.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tests/architecture/rules.hpp"

namespace dwell::architecture {

struct SourceFile {
  std::string path;  ///< relative to the root, with '/'
  std::string text;
};

struct Include {
  std::string path;
  std::size_t line;
  bool quoted;
};

/// The text with comments, string and character literals turned to blanks; lines stay where they are.
std::string code_only(const std::string& text);
std::vector<std::string> lines_of(const std::string& text);
/// The includes that are not in a comment.
std::vector<Include> includes_of(const std::string& text);

/// `path` lies in `folder` or below; the empty folder holds everything.
bool is_below(std::string_view path, std::string_view folder);
bool is_below_any(std::string_view path, const Paths& folders);
bool is_header(std::string_view path);
bool is_cpp(std::string_view path);
bool is_code(std::string_view path);

/// All code and text files below `root`, sorted by path.
std::vector<SourceFile> read_tree(const std::string& root);

}  // namespace dwell::architecture
