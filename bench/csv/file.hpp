#pragma once
// Rows of a CSV file (RFC 4180), one at a time, in constant memory.

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/result.hpp"

namespace dwell::csv {

/// Fields are separated by the comma, semicolon or tab that the header has most of; quoted fields may hold separators,
/// line breaks and doubled quotes; lines end in LF or CRLF; a byte order mark, empty lines and blanks around names of
/// columns are passed over, but no empty line between rows of one column.
class CsvFile {
 public:
  /// Opens the file, "-" being standard input, and reads its header. Errors: no such file, a folder, an empty file, a
  /// column named twice, lines that end in CR alone.
  static Result<CsvFile> open(const std::string& path);

  [[nodiscard]] const std::vector<std::string>& header() const { return header_; }
  /// The next row; false at the end. Errors: another number of fields than the header's, a quote that is not closed, a
  /// row longer than a megabyte, a byte that is no text.
  Result<bool> next();
  /// Of the row last read; valid until the next one.
  [[nodiscard]] std::string_view field(std::size_t column) const {
    return std::string_view(row_).substr(begins_[column], begins_[column + 1] - begins_[column]);
  }
  /// Line on which the row last read begins, from 1.
  [[nodiscard]] std::uint64_t line() const { return line_; }
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_; }
  /// 0 when it is not known (a pipe).
  [[nodiscard]] std::uint64_t bytes_in_all() const { return size_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// An error on the row last read.
  [[nodiscard]] Error error(const std::string& found, const std::string& accepted) const;

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  static constexpr std::size_t kBuffer = 1U << 18;
  static constexpr std::size_t kLongestRow = 1U << 20;

  int get();
  int peek();
  bool take_plain();
  Status read_row();
  Status read_quoted();
  [[nodiscard]] bool is_blank() const { return begins_.size() == 2 && row_.empty(); }
  void end_field() { begins_.push_back(row_.size()); }
  void choose_separator();

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::unique_ptr<char[]> buffer_;
  std::size_t at_ = 0, end_ = 0;
  char separator_ = ',';
  std::string row_;                  // all fields, one after the other
  std::vector<std::size_t> begins_;  // one more than there are fields
  std::vector<std::string> header_;
  std::uint64_t line_ = 0, next_line_ = 1, bytes_ = 0, size_ = 0;
};

}  // namespace dwell::csv
