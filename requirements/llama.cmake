# llama.cpp's helpers for its own programs, which nothing of ours needs: without them it is built in
# 83 steps instead of 193. Its Python package switches them on, so they are switched off here, where
# llama.cpp begins.
set(LLAMA_BUILD_COMMON OFF)

# The voice activity detector brings a libggml.so.0 of its own, older and with other functions. A
# process has one library of a name, so llama.cpp's get another.
cmake_language(DEFER CALL set_target_properties ggml ggml-base ggml-cpu PROPERTIES SOVERSION llama)
