package kafka

import "encoding/binary"

// partitionOf says where the messages of a key go: where Kafka's own clients in Java put them, so that whoever else writes
// to a topic puts a key's messages into the same partition.
func partitionOf(key []byte, partitions int) int {
	return int(murmur2(key)&0x7fffffff) % partitions
}

// murmur2 is Austin Appleby's 32-bit hash MurmurHash2 with the seed that Kafka uses.
func murmur2(data []byte) uint32 {
	const seed, m, r = 0x9747b28c, 0x5bd1e995, 24
	// #nosec G115 -- the hash is defined on 32 bits
	h := seed ^ uint32(len(data))
	for ; len(data) >= 4; data = data[4:] {
		k := binary.LittleEndian.Uint32(data) * m
		k ^= k >> r
		h = h*m ^ k*m
	}
	if len(data) > 0 {
		for i, b := range data {
			h ^= uint32(b) << (8 * i)
		}
		h *= m
	}
	h ^= h >> 13
	h *= m
	return h ^ h>>15
}
