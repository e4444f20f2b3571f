#include "bench/cli/main_command.hpp"

int main(int argc, char** argv) { return dwell::cli::main_command(argc, argv); }
