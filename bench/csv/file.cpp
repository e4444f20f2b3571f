#include "bench/csv/file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <unordered_set>

namespace dwell::csv {
namespace {

constexpr int kEnd = -1;

std::string_view without_blanks(std::string_view name) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!name.empty() && blank(name.front())) name.remove_prefix(1);
  while (!name.empty() && blank(name.back())) name.remove_suffix(1);
  return name;
}

}  // namespace

Error CsvFile::error(const std::string& found, const std::string& accepted) const {
  return {path_, fmt::format("line {}", line_), found, accepted};
}

Result<CsvFile> CsvFile::open(const std::string& path) {
  std::error_code problem;
  const bool standard = path == "-";
  if (!standard && std::filesystem::is_directory(path, problem)) return Error{path, "", "found a folder", "a CSV file"};
  CsvFile out;
  out.path_ = standard ? "standard input" : path;
  out.file_.reset(standard ? fdopen(dup(STDIN_FILENO), "rb") : std::fopen(path.c_str(), "rb"));
  if (out.file_ == nullptr) return Error{out.path_, "", std::strerror(errno), "a CSV file that can be read"};
  if (!standard && std::filesystem::is_regular_file(path, problem))
    out.size_ = std::filesystem::file_size(path, problem);
  out.buffer_ = std::make_unique<char[]>(kBuffer);
  out.choose_separator();
  const Result<bool> row = out.next();
  if (!row) return row.error();
  if (!row.value()) return Error{out.path_, "", "found nothing in it", "a header row, then rows"};
  std::unordered_set<std::string> names;
  for (std::size_t column = 0; column + 1 < out.begins_.size(); ++column) {
    const std::string name(without_blanks(out.field(column)));
    if (name.find('\r') != std::string::npos)
      return out.error("found a carriage return among the names", "lines that end in LF or CRLF");
    if (!names.insert(name).second)
      return out.error(fmt::format("found the column \"{}\" twice", name), "each name once");
    out.header_.push_back(name);
  }
  return out;
}

int CsvFile::peek() {
  if (at_ == end_) {
    end_ = std::fread(buffer_.get(), 1, kBuffer, file_.get());
    at_ = 0;
    if (end_ == 0) return kEnd;
  }
  return static_cast<unsigned char>(buffer_[at_]);
}

int CsvFile::get() {
  const int c = peek();
  if (c == kEnd) return c;
  ++at_;
  ++bytes_;
  if (c == '\n') ++next_line_;
  return c;
}

void CsvFile::choose_separator() {
  if (peek() == kEnd) return;
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  std::string_view text(buffer_.get(), end_);
  if (text.starts_with(kMark)) {
    at_ = kMark.size();
    text.remove_prefix(kMark.size());
  }
  const std::string_view header = text.substr(0, text.find('\n'));
  constexpr std::array<char, 3> kSeparators = {',', ';', '\t'};
  separator_ = *std::max_element(kSeparators.begin(), kSeparators.end(), [&](char a, char b) {
    return std::count(header.begin(), header.end(), a) < std::count(header.begin(), header.end(), b);
  });
}

Status CsvFile::read_quoted() {
  for (;;) {
    const int c = get();
    if (c == kEnd) return error("found a quote that is not closed", "a quoted field that ends with a quote");
    if (c == '"') {
      if (peek() != '"') break;
      get();
    }
    if (c == 0) return error("found a zero byte", "text in UTF-8");
    row_ += static_cast<char>(c);
    if (row_.size() > kLongestRow)
      return error("found a row longer than a megabyte", "shorter rows, and closed quotes");
  }
  const int after = peek();
  if (after != separator_ && after != '\n' && after != '\r' && after != kEnd)
    return error("found text after a closing quote", fmt::format("the separator \"{}\"", separator_));
  return success();
}

/// Appends what lies in the buffer up to the next byte that may mean something; false when there is nothing.
bool CsvFile::take_plain() {
  const char* const begin = buffer_.get() + at_;
  const char* const limit = buffer_.get() + std::min(end_, at_ + kLongestRow);
  const char* stop = begin;
  while (stop != limit && *stop != separator_ && *stop != '\n' && *stop != '\r' && *stop != '"' && *stop != 0) ++stop;
  row_.append(begin, stop);
  at_ += static_cast<std::size_t>(stop - begin);
  bytes_ += static_cast<std::size_t>(stop - begin);
  return stop != begin;
}

/// One row, without looking at what it means.
Status CsvFile::read_row() {
  row_.clear();
  begins_.assign(1, 0);
  bool field_begins = true;
  for (;;) {
    if (take_plain()) field_begins = false;
    if (row_.size() > kLongestRow) return error("found a row longer than a megabyte", "rows of text");
    const int c = get();
    if (c == '"' && field_begins) {
      if (const Status quoted = read_quoted(); !quoted) return quoted;
      field_begins = false;
      continue;
    }
    if (c == kEnd || c == '\n') {
      end_field();
      return success();
    }
    if (c == '\r' && (peek() == '\n' || peek() == kEnd)) continue;
    if (c == separator_) {
      end_field();
      field_begins = true;
      continue;
    }
    if (c == 0) return error("found a zero byte", "text in UTF-8");
    field_begins = false;
    row_ += static_cast<char>(c);
  }
}

Result<bool> CsvFile::next() {
  std::uint64_t blank_line = 0;
  do {
    if (peek() == kEnd) {
      if (std::ferror(file_.get()) != 0)
        return Error{path_, "", "cannot be read to its end", "a file that can be read"};
      return false;
    }
    line_ = next_line_;
    if (const Status row = read_row(); !row) return row.error();
    if (is_blank() && blank_line == 0) blank_line = line_;
  } while (is_blank());
  if (header_.size() == 1 && blank_line != 0) {  // between rows of one column it is a row without its value
    line_ = blank_line;
    return error("found nothing", "a value in each row");
  }
  const std::size_t fields = begins_.size() - 1;
  if (!header_.empty() && fields != header_.size())
    return error(fmt::format("found {} field{}", fields, fields == 1 ? "" : "s"),
                 fmt::format("{}, as in the header", header_.size()));
  return true;
}

}  // namespace dwell::csv
