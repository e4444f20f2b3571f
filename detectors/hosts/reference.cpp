#include "detectors/hosts/reference.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

namespace dwell::hosts {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kPython = "python:";
constexpr std::string_view kPythonEnding = ".py", kLibraryEnding = ".so";

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = text.find(at);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

Status read_parameters(const std::string& text, Reference& out) {
  if (text.empty()) return success();
  for (const std::string& part : split(text, ',')) {
    const std::size_t equals = part.find('=');
    const std::string word = equals == std::string::npos ? "" : part.substr(equals + 1);
    double value = 0;
    const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (equals == 0 || word.empty() || problem != std::errc{} || end != word.data() + word.size()) {
      return Error{out.file, out.name, "found \"" + part + "\"", "parameter=number"};
    }
    const std::string name = part.substr(0, equals);
    const auto same = [&](const auto& parameter) { return parameter.first == name; };
    if (std::any_of(out.parameters.begin(), out.parameters.end(), same)) {
      return Error{out.file, out.name, "found " + name + " twice", "one value a parameter"};
    }
    out.parameters.emplace_back(name, value);
  }
  return success();
}

/// ":weight=0.5,least=3": numbers as short as can be, so that a setting has one name however it was typed.
std::string behind_name(const Reference& reference) {
  std::string text;
  for (const auto& [name, value] : reference.parameters) {
    std::array<char, 32> digits{};
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    text += text.empty() ? ':' : ',';
    text += name;
    text += '=';
    text.append(digits.data(), written.ptr);
  }
  return text;
}

bool has_ending(std::string_view typed, std::string_view ending) {
  return typed.ends_with(ending) || typed.find(std::string(ending) + ":") != std::string_view::npos;
}

/// What is typed as a library and cannot be one: Python without its "python:", or a name behind a file of another kind.
Status refuse_other_kinds(const std::string& typed) {
  if (has_ending(typed, kLibraryEnding)) return success();
  const std::string found = "found \"" + typed + "\"";
  if (has_ending(typed, kPythonEnding)) {
    const std::string name = typed.ends_with(kPythonEnding) ? ":Class" : "";
    return Error{"", "detector", found, std::string(kPython) + typed + name + " (did you mean it?)"};
  }
  std::error_code problem;
  if (typed.find(':') == std::string::npos || fs::exists(typed, problem)) return success();
  return Error{"", "detector", found,
               "a shared library whose name ends in .so, as FILE.so:NAME, or python:FILE.py:Class"};
}

}  // namespace

std::string Reference::absolute() const {
  const std::string behind = row.substr(row.find(fs::path(file).filename().string()));
  return (kind == Kind::python ? std::string(kPython) : "") + (fs::path(file).parent_path() / behind).string();
}

bool is_outside(std::string_view typed) {
  return typed.starts_with(kPython) || typed.find('/') != std::string_view::npos || has_ending(typed, kLibraryEnding) ||
         has_ending(typed, kPythonEnding);
}

Result<Reference> parse_reference(const std::string& typed) {
  Reference out;
  const bool python = typed.starts_with(kPython);
  out.kind = python ? Kind::python : Kind::library;
  if (!python) {
    if (const Status library = refuse_other_kinds(typed); !library) return library.error();
  }
  // The file may have colons in its folders, not behind its ending.
  const std::string rest = python ? typed.substr(kPython.size()) : typed;
  const std::string_view ending = python ? kPythonEnding : kLibraryEnding;
  std::size_t end = rest.rfind(std::string(ending) + ":");
  end = end == std::string::npos ? rest.size() : end + ending.size();
  const fs::path file = rest.substr(0, end);
  const std::vector<std::string> behind =
      end == rest.size() ? std::vector<std::string>{} : split(std::string_view(rest).substr(end + 1), ':');
  if (!behind.empty()) out.name = behind[0];
  if (behind.size() > 2) {
    return Error{file.string(), "", "found \"" + behind[2] + "\" too many", "FILE:NAME:parameter=value,..."};
  }
  if (python && out.name.empty()) {
    return Error{file.string(), "", "found no class", "python:FILE.py:Class, a class that extends dwell.Detector"};
  }
  std::error_code problem;
  if (!fs::is_regular_file(file, problem)) {
    return Error{file.string(), "", fs::exists(file, problem) ? "is no regular file" : "no such file",
                 python ? "a Python file" : "a shared library"};
  }
  out.file = fs::absolute(file, problem).lexically_normal().string();
  if (behind.size() == 2) {
    if (const Status read = read_parameters(behind[1], out); !read) return read.error();
  }
  out.row = file.filename().string() + (behind.empty() ? "" : ":" + out.name) + behind_name(out);
  if (python) out.row = std::string(kPython) + out.row;
  return out;
}

}  // namespace dwell::hosts
