#!/usr/bin/perl
# SPDX-License-Identifier: GPL-3.0-or-later
# Writes unicode_table.def (and, as "vectors", the break tests of UAX #29) from the Unicode
# Character Database as Debian's package unicode-data installs it. What it writes is in
# the repository; "make unicode" makes it anew.
use strict;
use warnings;

my ($what, $dir) = (shift // 'table', shift // '/usr/share/unicode');
my @class = qw(OTHER CR LF CONTROL EXTEND ZWJ REGIONAL PREPEND SPACING L V T LV LVT PICT);
my %class = map { $class[$_] => $_ } 0 .. $#class;
my %name = (
	CR => 'CR', LF => 'LF', Control => 'CONTROL', Extend => 'EXTEND', ZWJ => 'ZWJ',
	Regional_Indicator => 'REGIONAL', Prepend => 'PREPEND', SpacingMark => 'SPACING',
	L => 'L', V => 'V', T => 'T', LV => 'LV', LVT => 'LVT');
my %joins = (U => 0, C => 0, L => 1, R => 2, D => 3, T => 4);
my $virama = 5;

sub rows
{
	my ($file, $each) = @_;
	open my $in, '<', "$dir/$file" or die "$dir/$file: $!\n";
	while (<$in>) {
		s/#.*//;
		s/\s+$//;
		next unless /\S/;
		my ($range, @fields) = split /\s*;\s*/;
		my ($from, $to) = $range =~ /^([0-9A-F]+)(?:\.\.([0-9A-F]+))?/ or next;
		$each->(hex $from, hex($to // $from), @fields);
	}
}

sub vectors
{
	open my $in, '<', "$dir/auxiliary/GraphemeBreakTest.txt" or die $!;
	print "/* SPDX-License-Identifier: GPL-3.0-or-later */\n",
	    "/* GraphemeBreakTest.txt of Unicode 15.0, written by unicode_table.pl: code points,\n",
	    "   0 where a cluster ends. */\n";
	while (<$in>) {
		s/#.*//;
		next unless /\S/;
		my @out;
		for (split) {
			push @out, $_ eq "\xc3\xb7" ? '0' : $_ eq "\xc3\x97" ? () : "0x$_";
		}
		shift @out;
		print '{', join(', ', @out), "},\n";
	}
}

if ($what eq 'vectors') {
	vectors();
	exit 0;
}

my (@category, @break, @width, @join, @rtl, @hidden, @emoji);
my $first;
open my $in, '<', "$dir/UnicodeData.txt" or die "$dir/UnicodeData.txt: $!\n";
while (<$in>) {
	my ($code, $name, $gc, $ccc, $bidi) = split /;/;
	$code = hex $code;
	$first = $code if $name !~ /, Last>$/;
	for my $c ($first .. $code) {
		$category[$c] = $gc;
		$rtl[$c] = 1 if $bidi =~ /^(?:R|AL|AN)$/;
		$join[$c] = $joins{T} if $gc =~ /^(?:Mn|Me|Cf)$/;
		$join[$c] = $virama if $ccc == 9;
	}
}
rows('auxiliary/GraphemeBreakProperty.txt',
	sub { my ($from, $to, $v) = @_; $break[$_] = $class{$name{$v}} for $from .. $to });
rows('ArabicShaping.txt', sub {
	my ($from, undef, undef, $type) = @_;
	$join[$from] = $joins{$type} unless ($join[$from] // 0) == $virama;
});
$width[$_] = 2 for 0x3400 .. 0x4dbf, 0x4e00 .. 0x9fff, 0xf900 .. 0xfaff,
    0x20000 .. 0x2fffd, 0x30000 .. 0x3fffd;
rows('EastAsianWidth.txt',
	sub { my ($from, $to, $v) = @_; $width[$_] = $v =~ /^[WF]$/ ? 2 : 1 for $from .. $to });
rows('emoji/emoji-data.txt', sub {
	my ($from, $to, $v) = @_;
	return unless $v eq 'Extended_Pictographic';
	for ($from .. $to) {
		$break[$_] = $class{PICT} unless $break[$_];
		# Emoji of later versions come out of this reserve, and all of them are wide.
		$width[$_] = 2 if !$category[$_] && $_ >= 0x1f300;
	}
});
rows('emoji/emoji-variation-sequences.txt',
	sub { my ($from) = @_; $emoji[$from] = 1 });
rows('DerivedCoreProperties.txt', sub {
	my ($from, $to, $v) = @_;
	return unless $v eq 'Default_Ignorable_Code_Point';
	$hidden[$_] = 1 for $from .. $to;
});
for my $c (0 .. 0x10ffff) {
	my $gc = $category[$c] // 'Cn';
	my $mark = $gc =~ /^(?:Mn|Me)$/;
	my $prepend = ($break[$c] // 0) == $class{PREPEND};
	$hidden[$c] = 1 if $gc =~ /^(?:Cc|Zl|Zp|Cs)$/ || ($gc eq 'Cf' && !$prepend);
	$hidden[$c] = 1 if ($c & 0xfffe) == 0xfffe || ($c >= 0xfdd0 && $c <= 0xfdef);
	my $tail = ($break[$c] // 0) == $class{V} || ($break[$c] // 0) == $class{T};
	$width[$c] = 0 if $mark || $tail || $hidden[$c];
}

my (%block, @index, @blocks, %value, @values);
for my $b (0 .. 0x110000 / 128 - 1) {
	my @row;
	for my $c ($b * 128 .. $b * 128 + 127) {
		my $v = ($break[$c] // 0) | ($width[$c] // 1) << 4 | ($join[$c] // 0) << 6 |
		    ($rtl[$c] // 0) << 9 | ($hidden[$c] // 0) << 10 | ($emoji[$c] // 0) << 11;
		$value{$v} //= push(@values, $v) - 1;
		push @row, $value{$v};
	}
	my $key = join ',', @row;
	$block{$key} //= push(@blocks, \@row) - 1;
	push @index, $block{$key};
}
die "too many blocks\n" if @blocks > 256 || @values > 256;

print <<"END";
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Written by unicode_table.pl from the Unicode Character Database 15.0; do not edit. */
static const uint16_t unicode_values[] = {
END
print join(',', @values), "};\nstatic const uint8_t unicode_blocks[][128] = {\n";
print '{', join(',', @$_), "},\n" for @blocks;
print "};\nstatic const uint8_t unicode_stage[] = {\n";
while (my @row = splice @index, 0, 128) {
	print join(',', @row), ",\n";
}
print "};\n";
