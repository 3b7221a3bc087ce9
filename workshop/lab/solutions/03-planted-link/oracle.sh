known=FLAG_
while [ ${#known} -lt 17 ]; do
  for letter in 0 1 2 3 4 5 6 7 8 9 a b c d e f; do
    echo "$known$letter"
    read -r count || exit
    if [ "$count" -gt 0 ]; then known=$known$letter; break; fi
  done
done
echo "flag $known"
