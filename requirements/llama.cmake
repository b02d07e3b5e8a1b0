# llama.cpp's helpers for its own programs, which nothing of ours needs: without them it is built in
# 83 steps instead of 193. Its Python package switches them on, so they are switched off here, where
# llama.cpp begins.
set(LLAMA_BUILD_COMMON OFF)
