#include "tests/architecture/source_text.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

namespace dwell::architecture {
namespace {

namespace fs = std::filesystem;

template <class Endings>
bool ends_with_any(std::string_view path, const Endings& endings) {
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view e) { return path.ends_with(e); });
}

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

void blank(std::string& text, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < std::min(to, text.size()); ++i) {
    if (text[i] != '\n') text[i] = ' ';
  }
}

/// One past the end of the literal that opens at `at` with `quote`; an unclosed one ends with its line.
std::size_t end_of_literal(const std::string& text, std::size_t at, char quote) {
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      return i + 1;
    } else if (text[i] == '\n') {
      return i;
    }
  }
  return text.size();
}

std::size_t end_of_raw_literal(const std::string& text, std::size_t quote) {
  const std::size_t open = text.find('(', quote);
  if (open == std::string::npos) return text.size();
  const std::string close = ")" + std::string(text, quote + 1, open - quote - 1).append("\"");
  const std::size_t end = text.find(close, open);
  return end == std::string::npos ? text.size() : end + close.size();
}

/// An apostrophe between digits or letters of a number (1'000) opens no character.
bool is_digit_separator(const std::string& text, std::size_t at) {
  return at > 0 && at + 1 < text.size() && std::isxdigit(static_cast<unsigned char>(text[at - 1])) != 0 &&
         std::isxdigit(static_cast<unsigned char>(text[at + 1])) != 0;
}

bool is_skipped(std::string_view name) {
  return name.starts_with('.') || name.starts_with("build") ||
         std::find(kSkippedFolders.begin(), kSkippedFolders.end(), name) != kSkippedFolders.end();
}

}  // namespace

std::string code_only(const std::string& text) {
  std::string code = text;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    if (text.compare(i, 2, "//") == 0) {
      end = std::min(text.find('\n', i), text.size());
    } else if (text.compare(i, 2, "/*") == 0) {
      const std::size_t close = text.find("*/", i + 2);
      end = close == std::string::npos ? text.size() : close + 2;
    } else if (text[i] == '"') {
      const bool raw = i > 0 && text[i - 1] == 'R';
      end = raw ? end_of_raw_literal(text, i) : end_of_literal(text, i, '"');
    } else if (text[i] == '\'' && !is_digit_separator(text, i)) {
      end = end_of_literal(text, i, '\'');
    } else {
      i = end;
      continue;
    }
    blank(code, i, end);
    i = end;
  }
  return code;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<Include> includes_of(const std::string& text) {
  static const std::regex directive(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"].*)");
  const std::vector<std::string> lines = lines_of(text), code = lines_of(code_only(text));
  std::vector<Include> found;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::smatch match;
    if (code[i].find('#') == std::string::npos || !std::regex_match(lines[i], match, directive)) continue;
    found.push_back({match[2].str(), i + 1, match[1].str() == "\""});
  }
  return found;
}

bool is_below(std::string_view path, std::string_view folder) {
  return folder.empty() || path == folder || (path.starts_with(folder) && path[folder.size()] == '/');
}

bool is_below_any(std::string_view path, const Paths& folders) {
  return std::any_of(folders.begin(), folders.end(), [&](std::string_view f) { return is_below(path, f); });
}

bool is_header(std::string_view path) { return path.ends_with(".hpp") || path.ends_with(".h"); }
bool is_cpp(std::string_view path) { return is_header(path) || path.ends_with(".cpp") || path.ends_with(".c"); }
bool is_code(std::string_view path) {
  return ends_with_any(path, kCodeEndings) ||
         std::find(kCodeNames.begin(), kCodeNames.end(), name_of(path)) != kCodeNames.end();
}

std::vector<SourceFile> read_tree(const std::string& root) {
  std::vector<SourceFile> files;
  for (auto at = fs::recursive_directory_iterator(root); at != fs::recursive_directory_iterator(); ++at) {
    const std::string path = fs::relative(at->path(), root).generic_string();
    if (at->is_directory()) {
      if (is_skipped(name_of(path))) at.disable_recursion_pending();
      continue;
    }
    if (!at->is_regular_file() || !(is_code(path) || ends_with_any(path, kTextEndings))) continue;
    std::ifstream in(at->path(), std::ios::binary);
    files.push_back({path, std::string(std::istreambuf_iterator<char>(in), {})});
  }
  std::sort(files.begin(), files.end(), [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

}  // namespace dwell::architecture
