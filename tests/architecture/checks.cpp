#include "tests/architecture/checks.hpp"

#include <algorithm>
#include <regex>
#include <set>

namespace dwell::architecture {
namespace {

const Floor* floor_of(std::string_view path) {
  const auto at =
      std::find_if(kFloors.begin(), kFloors.end(), [&](const Floor& f) { return is_below(path, f.folder); });
  return at == kFloors.end() ? nullptr : &*at;
}

std::string list_of(const Floor& floor) {
  std::string text;
  for (const Paths* paths : {&floor.may_include, &floor.data}) {
    for (const std::string_view path : *paths) text.append(text.empty() ? "" : ", ").append(path);
  }
  return text.empty() ? "nothing else" : text;
}

bool is_ours(std::string_view include) { return is_below_any(include, kProductFolders) || is_below(include, "tests"); }

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

}  // namespace

Findings check_floors(const SourceFile& file) {
  if (!is_below_any(file.path, kProductFolders) || !is_cpp(file.path)) return {};
  const Floor* floor = floor_of(file.path);
  if (floor == nullptr) return {{file.path, 0, "lies on no floor; tests/architecture/rules.hpp lists the floors"}};
  Findings findings;
  for (const Include& include : includes_of(file.text)) {
    if (!is_ours(include.path) || is_below(include.path, floor->folder)) continue;
    if (is_below_any(include.path, floor->may_include) || is_below_any(include.path, floor->data)) continue;
    findings.push_back(
        {file.path, include.line,
         std::string(floor->folder).append(" may not include ").append(include.path).append("; it may include ") +
             list_of(*floor)});
  }
  return findings;
}

Findings check_include_paths(const SourceFile& file, const std::vector<std::string>& tree) {
  if (!is_cpp(file.path)) return {};
  Findings findings;
  const auto report = [&](const Include& include, const char* what) {
    findings.push_back(
        {file.path, include.line, std::string("include of ").append(include.path).append(": ").append(what)});
  };
  for (const Include& include : includes_of(file.text)) {
    if (!include.quoted) {
      if (is_ours(include.path)) report(include, "own headers stand in quotes");
    } else if (!is_ours(include.path)) {
      report(include, "own headers are named by their full path from the root, foreign ones in brackets");
    } else if (!std::binary_search(tree.begin(), tree.end(), include.path)) {
      report(include, "there is no such file");
    }
  }
  return findings;
}

Findings check_heavy_headers(const SourceFile& file) {
  static const std::regex heavy{std::string(kHeavyHeaders)};
  if (!is_header(file.path) || !is_below_any(file.path, kProductFolders)) return {};
  Findings findings;
  for (const Include& include : includes_of(file.text)) {
    if (!std::regex_match(include.path, heavy)) continue;
    findings.push_back(
        {file.path, include.line, std::string("heavy header ").append(include.path).append(" belongs in a .cpp file")});
  }
  return findings;
}

Findings check_pragma(const SourceFile& file) {
  if (!is_header(file.path) || file.text.starts_with("#pragma once\n")) return {};
  return {{file.path, 1, "a header begins with #pragma once"}};
}

Findings check_bans(const SourceFile& file) {
  if (!is_cpp(file.path)) return {};
  Findings findings;
  std::vector<std::string> lines;
  for (const Ban& ban : kBans) {
    if (!is_below_any(file.path, ban.within) || is_below_any(file.path, ban.except)) continue;
    if (lines.empty()) lines = lines_of(code_only(file.text));
    const std::regex pattern{std::string(ban.pattern), std::regex::optimize};
    for (std::size_t i = 0; i < lines.size(); ++i) {
      std::smatch match;
      if (!std::regex_search(lines[i], match, pattern)) continue;
      findings.push_back(
          {file.path, i + 1, std::string(ban.name).append(" (").append(match.str()).append("): ").append(ban.why)});
    }
  }
  return findings;
}

Findings check_length(const SourceFile& file) {
  if (!is_code(file.path) || is_below_any(file.path, kLengthExempt)) return {};
  const std::size_t count = lines_of(file.text).size();
  if (count <= kMostLines) return {};
  return {{file.path, kMostLines + 1,
           std::to_string(count) + " lines; code files have at most " + std::to_string(kMostLines)}};
}

Findings check_words(const SourceFile& file) {
  static const std::regex words{std::string(kUnfinished), std::regex::icase | std::regex::optimize};
  if (is_below_any(file.path, kMayNameThem) || is_below_any(file.path, {"results"})) return {};
  Findings findings;
  const std::vector<std::string> lines = lines_of(file.text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::smatch match;
    // Data on one endless line holds no remarks, and would exhaust the matcher.
    if (lines[i].size() > 4000 || !std::regex_search(lines[i], match, words)) continue;
    findings.push_back({file.path, i + 1, "marks unfinished work or one machine: " + match.str()});
  }
  return findings;
}

Findings check_readmes(const std::vector<std::string>& tree) {
  std::set<std::string> needed(kReadmeFolders.begin(), kReadmeFolders.end());
  for (const std::string& path : tree) {
    if (is_below_any(path, kProductFolders) && is_code(path)) needed.insert(folder_of(path));
  }
  Findings findings;
  for (const std::string& folder : needed) {
    const std::string readme = folder.empty() ? "README.md" : folder + "/README.md";
    if (!std::binary_search(tree.begin(), tree.end(), readme)) findings.push_back({readme, 0, "is missing"});
  }
  return findings;
}

std::string to_text(const Findings& findings) {
  std::string text;
  for (const Finding& f : findings) {
    text.append(f.path);
    if (f.line != 0) text.append(":").append(std::to_string(f.line));
    text.append(": ").append(f.message).append("\n");
  }
  return text;
}

}  // namespace dwell::architecture
