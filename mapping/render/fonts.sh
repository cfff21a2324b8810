#!/bin/sh
# Puts the Chinese font of the papers into .fonts at the repository root: Noto Sans SC, Regular and Bold, with its
# licence (SIL Open Font License 1.1), out of an npm package. Called by `make fonts`; does nothing when all is there.
set -eu

package='@expo-google-fonts/noto-sans-sc@0.4.3'
regular_sum=d45f67f0a7c0ca3f256950777ce6a61cc7ce5f9696d02900cbbaac25f8aa7d16
bold_sum=9a38ae0ab28cd5a256f9ea8e00dedc688aac17f7915fcb000572990afa956b96

root=$(cd "$(dirname "$0")/../.." && pwd)
fonts="$root/.fonts"

if [ -s "$fonts/NotoSansSC_400Regular.ttf" ] && [ -s "$fonts/NotoSansSC_700Bold.ttf" ] && [ -s "$fonts/LICENSE_FONT" ]; then
	echo "fonts: Noto Sans SC is in .fonts already"
	exit 0
fi
if ! command -v npm >/dev/null 2>&1; then
	echo "fonts: npm is missing, so the Chinese font is not fetched: install Node.js and run 'make fonts' again, or papers are in English only"
	exit 0
fi

# Everything is made ready beside its place and moved there last, so that a broken download leaves nothing behind.
mkdir -p "$fonts"
work=$(mktemp -d "$fonts/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM

if ! (cd "$work" && npm pack --silent --ignore-scripts "$package" >/dev/null); then
	echo "fonts: npm cannot fetch $package: check the network and the npm registry, then run 'make fonts' again; until then papers are in English only"
	exit 0
fi
tar -xzf "$work"/*.tgz -C "$work" \
	package/400Regular/NotoSansSC_400Regular.ttf package/700Bold/NotoSansSC_700Bold.ttf package/LICENSE_FONT

# sum FILE SHA256: the file is the one that was chosen, wherever the registry took it from.
sum() {
	if ! command -v sha256sum >/dev/null 2>&1; then
		return 0
	fi
	if ! echo "$2  $1" | sha256sum -c - >/dev/null 2>&1; then
		echo "fonts: $(basename "$1") is not the file that was expected (its SHA-256 differs): it is not used" >&2
		exit 1
	fi
}
sum "$work/package/400Regular/NotoSansSC_400Regular.ttf" "$regular_sum"
sum "$work/package/700Bold/NotoSansSC_700Bold.ttf" "$bold_sum"

mv "$work/package/LICENSE_FONT" "$fonts/LICENSE_FONT"
mv "$work/package/700Bold/NotoSansSC_700Bold.ttf" "$fonts/"
mv "$work/package/400Regular/NotoSansSC_400Regular.ttf" "$fonts/"
chmod 644 "$fonts"/*.ttf "$fonts/LICENSE_FONT"
echo "fonts: Noto Sans SC is in .fonts now"
