// Calls: 4 ok, 2 error, 2 cancelled.
use shapes::prelude::*;

#[shape]
async fn searched(grid: &[&[u32]], wanted: u32) -> Result<(usize, usize), Noisy> {
    let _guard = Noisy("search");
    let found = 'found: {
        'rows: for (y, row) in grid.iter().enumerate() {
            let _row = Noisy("row");
            for (x, &value) in row.iter().enumerate() {
                pending_once().await;
                if value == 0 {
                    continue 'rows;
                }
                if value > 9 {
                    return Err(Noisy("too much"));
                }
                if value == wanted {
                    break 'found Some((x, y));
                }
            }
        }
        None
    };
    found.ok_or(Noisy("nothing"))
}

#[shape]
async fn counted(limit: u32) -> u32 {
    let mut n = 0;
    let last = loop {
        let step = async {
            n += 1;
            pending_once().await;
            n
        };
        match step.await {
            n if n == limit => break n * 10,
            1 => continue,
            _ => {}
        }
        while n < limit {
            n += 1;
            if n % 3 == 0 {
                break;
            }
        }
        if n > limit {
            return n;
        }
    };
    last + n
}

pub(super) fn run() {
    let grid: [&[u32]; 2] = [&[1, 0, 3], &[3, 10]];
    show("searched", [3, 4].map(|wanted| block_on(searched(&grid, wanted))));
    show("searched", block_on(searched(&grid[..1], 3)));
    drop_after(2, searched(&grid, 3));
    drop_after(1, counted(1));
    show("counted", [1, 2, 5].map(|limit| block_on(counted(limit))));
}
