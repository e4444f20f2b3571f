#pragma once
// The command as a child process: its words, its exit code, what it leaves behind.

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace dwell::test {

using Words = std::vector<std::string>;

struct Finished {
  int code = -1;  ///< exit code; 128 + signal when a signal ended it
  std::string out, err;
};

/// A folder of its own, removed afterwards.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string path(const std::string& name) const { return (root_ / name).string(); }
  /// Names of everything in it, hidden files too, but for the captured streams.
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  std::filesystem::path root_;
};

/// Where the streams of a child go besides being captured, and what its world looks like.
struct Surroundings {
  std::string out_file;                  ///< stdout goes there instead; empty: captured
  std::vector<std::string> environment;  ///< "NAME=value", added to the test's own
  unsigned ranks = 0;                    ///< started so often by mpirun; 0: by itself
  bool terminal = false;                 ///< stderr is a terminal; what it got is in `err`
  std::string in_file;                   ///< read as stdin; empty: nothing to read
  unsigned memory_mb = 0;                ///< address space of each process; 0: as much as there is
};

/// A child that runs in `folder`.
class Child {
 public:
  Child(const Folder& folder, const std::vector<std::string>& words, const Surroundings& surroundings = {});
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  void signal(int number) const;
  [[nodiscard]] bool running();
  Finished wait();

 private:
  const Folder& folder_;
  int terminal_ = -1;  // our side of the child's terminal
  pid_t pid_ = -1;
  int status_ = 0;
  bool ended_ = false;
};

/// The process that mpirun started in `folder` as this rank; 0 when there is none.
pid_t process_of_rank(unsigned rank, const Folder& folder);

Finished run_dwell(const Folder& folder, const std::vector<std::string>& words, const Surroundings& surroundings = {});

/// Runs it and checks that it is refused: code 2, nothing on stdout, one line on stderr that begins with the program's
/// name and holds all of `said`, no file more or less. In a folder of its own, or in `folder`.
Finished refused(const Folder& folder, const Words& words, const Words& said);
Finished refused(const Words& words, const Words& said);

std::size_t count_lines(const std::string& text);
/// Checks that every line fits a page.
void fits_80_columns(const std::string& text);

std::string read_text(const std::string& path);
void write_text(const std::string& path, const std::string& text);

/// The scenario the tests run, and the words that make it quick.
std::string tiny_scenario();
std::vector<std::string> quick(std::vector<std::string> words);

}  // namespace dwell::test
