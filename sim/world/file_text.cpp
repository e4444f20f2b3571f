#include "sim/world/file_text.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace dwell::world {
namespace {

constexpr std::uintmax_t kLargestFile = 4U << 20U;

}  // namespace

Result<std::string> read_text_file(const std::string& path) {
  namespace fs = std::filesystem;
  const std::string accepted = "a readable JSON file of at most 4 MiB";
  std::error_code problem;
  const fs::file_status status = fs::status(path, problem);
  if (!fs::exists(status)) return Error{path, "", "no such file", accepted};
  if (fs::is_directory(status)) return Error{path, "", "is a directory", accepted};
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{path, "", std::string("cannot be opened: ") + std::strerror(errno), accepted};
  std::string text;
  std::array<char, 1U << 16U> piece{};
  // Read rather than asked for: a pipe has no size.
  while (in.read(piece.data(), piece.size()), in.gcount() > 0) {
    text.append(piece.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > kLargestFile) return Error{path, "", "is larger than 4 MiB", accepted};
  }
  if (in.bad()) return Error{path, "", std::string("cannot be read: ") + std::strerror(errno), accepted};
  return text;
}

}  // namespace dwell::world
